/** Child processes: no rejection is left unhandled by the library (A15), and
 * what becomes of an error when there is no `onError`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async";
import { cases as hostile } from "./hostile_cases.ts";
import { cases as reentrancy } from "./reentrancy_cases.ts";
import type { Seen } from "./support/hostile_child.ts";
import { REPORTABLE } from "./support/hostile_values.ts";

const CHILD = new URL("./support/hostile_child.ts", import.meta.url);

/** A child that hangs is a failure, not a wait. */
const LIMIT_MS = 60_000;

interface Ending {
  readonly code: number;
  readonly stderr: string;
  readonly seen: Seen | undefined;
}

async function child(what: string): Promise<Ending> {
  const output = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", CHILD.href, what],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const { code, stdout, stderr } = await deadline(output, LIMIT_MS);
  const decoder = new TextDecoder();
  const line = decoder.decode(stdout).trim();
  return {
    code,
    stderr: decoder.decode(stderr),
    seen: line === "" ? undefined : JSON.parse(line) as Seen,
  };
}

for (const [what, cases] of Object.entries({ hostile, reentrancy })) {
  Deno.test(`A15 no unhandled rejection in the ${what} cases`, async () => {
    const { code, seen, stderr } = await child(what);

    assertEquals(stderr, "");
    assert(seen !== undefined);
    assertEquals(seen.names.length, cases.length);
    assertEquals(seen.rejections, 0);
    assertEquals([seen.wentOn, code], [true, 0]);
  });
}

Deno.test("A15 without onError each error is told to the host once, whatever it is", async () => {
  const { code, seen, stderr } = await child("default");

  assertEquals(stderr, "");
  assert(seen !== undefined, "the child did not come to its end");
  assertEquals(seen.failures, []);
  assertEquals(seen.names.length, REPORTABLE.length);
  assertEquals(seen.errors, 2 * REPORTABLE.length);
  assertEquals(seen.rejections, 0);
  assertEquals([seen.wentOn, code], [true, 0]);
});

Deno.test("A15 without onError and without listener the process ends with the error", async () => {
  const { code, seen, stderr } = await child("default, not handled");

  assertEquals([seen, code], [undefined, 1]);
  assertStringIncludes(stderr, "Error: provoked on purpose");
  assertStringIncludes(stderr, "hostile_child.ts");
  assert(!stderr.includes("(in promise)"), "it is no unhandled rejection");
});
