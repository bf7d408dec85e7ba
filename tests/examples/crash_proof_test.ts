/** `examples/crash_proof` as a user would run it: with the permissions that it says
 * it needs, it prints what its trailing `// Output:` block says. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async";
import { ROOT } from "./demo.ts";

const MAIN = "examples/crash_proof/main.ts";
const FLAGS = ["--unstable-kv", "--allow-read", "--allow-write", "--allow-run"];
/** A program that hangs is a failure, not a wait. */
const LIMIT_MS = 60_000;

Deno.test("examples/crash_proof: killed three times, it books each payment once", async () => {
  const text = await Deno.readTextFile(new URL(MAIN, ROOT));
  const [, comment = ""] = text.split(/^\/\/ Output:\n/m);

  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...FLAGS, MAIN],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await deadline(child.output(), LIMIT_MS);

  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
  assertEquals(decoder.decode(stdout), comment.replaceAll(/^\/\/ ?/gm, ""));
  assertStringIncludes(text, ` *     deno run ${FLAGS.join(" ")} ${MAIN}\n`);
});
