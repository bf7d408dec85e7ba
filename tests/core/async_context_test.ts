/** Async contexts in Deno: with its own AsyncLocalStorage. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as api from "../../mod.ts";
import { cases } from "./async_context_cases.ts";
import { macroturn } from "./support/hostile_expect.ts";

for (const [name, fn] of cases) {
  Deno.test(`async context: ${name}`, () =>
    fn({
      api,
      storage: new AsyncLocalStorage<string>() as {
        run<Result>(value: string, callback: () => Result): Result;
        getStore(): string | undefined;
        enterWith(value: string): void;
      },
      turn: macroturn,
    }));
}
