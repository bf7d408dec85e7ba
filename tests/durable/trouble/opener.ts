/** Opens a store, and says what came of it. */
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import { said } from "./said.ts";

/** The error, if there was one. */
async function open(path: string): Promise<unknown> {
  try {
    const store = await openDenoKvStore(path);
    await store.close();
  } catch (error) {
    return error;
  }
}

// deno-lint-ignore no-console -- It is a program: it prints what it found.
console.log(JSON.stringify(said(await open(Deno.args[0] ?? "")) ?? null));
