/** Every single-file example runs as a user would run it, with no permission,
 * and prints what its trailing `// Output:` block says. */
import { assert, assertEquals } from "@std/assert";

const EXAMPLES = new URL("../examples/", import.meta.url);
const CODE_LINES_MAX = 40;

interface Example {
  readonly code: string;
  readonly output: string | undefined;
}

/** Splits an example at its `// Output:` line. */
function parse(text: string): Example {
  const [code = "", comment] = text.split(/^\/\/ Output:\n/m);
  const output = comment?.replaceAll(/^\/\/ ?/gm, "");
  return { code, output };
}

async function run(url: URL): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", url.href],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stderr)], [0, ""]);
  return decoder.decode(stdout);
}

const names = [...Deno.readDirSync(EXAMPLES)]
  .filter((entry) => entry.isFile && entry.name.endsWith(".ts"))
  .map((entry) => entry.name).sort();

for (const name of names) {
  Deno.test(`examples/${name} prints what it says`, async () => {
    const url = new URL(name, EXAMPLES);

    const { code, output } = parse(await Deno.readTextFile(url));

    assert(code.trimEnd().split("\n").length <= CODE_LINES_MAX, "too long");
    assert(output, "it ends in no `// Output:` block");
    assertEquals(await run(url), output);
  });
}

Deno.test("there are examples, and their output is read to the letter", () => {
  assert(names.length > 0);
  assertEquals(parse("a;\n\n// Output:\n// one\n//\n//  two\n"), {
    code: "a;\n\n",
    output: "one\n\n two\n",
  });
  assertEquals(parse("a; // Output:\n").output, undefined);
});
