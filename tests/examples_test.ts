/** Every example runs as a user would run it: those of a single file with no
 * permission, and they print what their trailing `// Output:` block says; those
 * that serve and fetch with the loopback alone, and what they print is held
 * against what must have happened. The demo has tests of its own. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { deadline } from "@std/async";
import { HttpError, retryAfterOf } from "../examples/api_sync/http_error.ts";

const ROOT = new URL("../", import.meta.url);
const EXAMPLES = new URL("examples/", ROOT);
const CODE_LINES_MAX = 40;
/** A program that hangs is a failure, not a wait. */
const LIMIT_MS = 60_000;

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

function run(url: URL, flags: readonly string[] = []): Promise<string> {
  return runProgram([...flags, url.href]);
}

/** Runs what somebody pasted. */
function runText(code: string): Promise<string> {
  return runProgram(["--ext=ts", "-"], code);
}

async function runProgram(
  args: readonly string[],
  input = "",
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await deadline(child.output(), LIMIT_MS);
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

Deno.test("README: the kinds print what is said beside them", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, section = ""] = readme.split("\n## Kinds: one item for each key\n");
  const [, snippet = ""] = section.split(/^```(?:ts)?\n/m);
  const said = [...snippet.matchAll(/console\.log\(.*\); \/\/ "(.*)"$/gm)]
    .map(([, text]) => text);

  assertEquals((await runText(snippet)).trimEnd().split("\n"), said);
  assertEquals(said.length, 4);
});

/** Runs an example of several files, with the flags that it says it needs. */
async function runServing(name: string): Promise<string[]> {
  const url = new URL(`${name}/main.ts`, EXAMPLES);
  const flag = "--allow-net=127.0.0.1";
  assertStringIncludes(
    await Deno.readTextFile(url),
    ` *     deno run ${flag} examples/${name}/main.ts\n`,
  );
  return (await run(url, [flag])).trimEnd().split("\n");
}

interface Happening {
  readonly ms: number;
  readonly what: string;
}

/** Lines as `  312  acme: synced`. */
function happenings(lines: readonly string[]): Happening[] {
  return lines.flatMap((line) => {
    const [, ms = "", what = ""] = /^ *(\d+) {2}(\S.*)$/.exec(line) ?? [];
    return what === "" ? [] : [{ ms: Number(ms), what }];
  });
}

/** When something happened; it must have, and only once. */
function when(all: readonly Happening[], what: string): number {
  const found = all.filter((each) => each.what === what);
  assertEquals(found.length, 1, what);
  return found[0]?.ms ?? NaN;
}

Deno.test("examples/webhook_flood: a flood is one sync per tenant, and a failing tenant backs off alone", async () => {
  const lines = await runServing("webhook_flood");
  const all = happenings(lines);

  // A pause of the machine that is long enough makes two floods of one, as the
  // receiver sees it, and two syncs.
  const synced = when(all, "globex: synced, 110 webhooks in one request");
  const acme = all.filter(({ what }) => what.startsWith("acme: synced, "));
  const table = lines.slice(-7);
  const [globexRow, ...others] = ["globex", "acme", "initech"].map((name) =>
    table.find((line) => line.startsWith(name))?.split(/ +/) ?? []
  );

  when(all, "300 webhooks came for acme, globex, initech");
  when(all, "20 webhooks came for acme, globex");
  assert((acme.at(-1)?.ms ?? Infinity) < synced, "acme waited for globex");
  when(all, "globex: 503, tries again in 300 ms");
  when(all, "globex: 503, tries again in 600 ms");
  assertEquals(
    table[0],
    "tenant   webhooks  floods  syncs  failed  all of them, in order",
  );
  assertEquals(globexRow?.toSpliced(2, 1), ["globex", "110", "1", "2", "yes"]);
  for (const [name = "", webhooks, floods, syncs, ...more] of others) {
    assertEquals([webhooks, ...more], [
      name === "acme" ? "110" : "100",
      "0",
      "yes",
    ]);
    assert(Number(syncs) <= Number(floods), `${syncs} syncs, ${floods} floods`);
  }
  assert(acme.length >= 2, "acme was synced again while globex backed off");
  assertMatch(
    table.at(-2) ?? "",
    /^320 webhooks, \d+ syncs, 2 failed attempts$/,
  );
  const [first = 0, second = 0] = [...lines.at(-1)?.matchAll(/\d+/g) ?? []]
    .map(Number);
  assert(first >= 300, "the first backoff was shortened");
  assert(second >= 600, "the second backoff was shortened");
});

Deno.test("examples/stale_while_revalidate: a thousand misses are one fetch, and stale pages do not wait", async () => {
  assertEquals(await runServing("stale_while_revalidate"), [
    "readers  when                               they got            fetches",
    "    500  when nothing is cached, at once    version 1, fetched  1",
    "    500  ... and while that is fetched      version 1, fetched  1",
    "  1,000  while it is fresh                  version 1, fresh    1",
    "  1,000  when it is stale and was edited    version 1, stale    1",
    "  1,000  ... and while that is fetched      version 1, stale    2",
    "  1,000  once it has been renewed           version 2, fresh    2",
    "  1,000  when it is stale and the same      version 2, stale    2",
    "  1,000  once that is known                 version 2, fresh    3",
    "  1,000  when it is stale, the server down  version 2, stale    3",
    "  1,000  when the server is up again        version 2, stale    5",
    "  1,000  once it has been renewed           version 2, fresh    6",
    "",
    "10,000 readers, 8 runs, 6 fetches",
    "pages kept a second after the last fetch: 0",
  ]);
});

Deno.test("examples/api_sync: keeps to the rate, waits as long as it is told to, and gives up what is gone", async () => {
  const lines = await runServing("api_sync");
  const all = happenings(lines);
  const cell = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(name))?.slice(name.length).trim();

  when(all, "240 changes of stock in 40 shops");
  when(
    all,
    'shop-13: HttpError: status 410, {"cups":30,"pots":3} is not sent',
  );
  for (const shop of ["shop-7", "shop-19", "shop-31"]) {
    when(all, `${shop}: HttpError: status 429, comes back in 1000 ms`);
  }
  when(all, "all has been said");
  assertEquals(all.length, 6);
  assertEquals(cell("changes of stock "), "243");
  assertEquals(cell("requests sent"), "43");
  assertEquals(cell("  accepted (204)"), "39");
  assertEquals(cell("  told to wait (429)"), "3");
  assertEquals(cell("    and back too early"), "0");
  assertEquals(cell("  gone (410), not tried again"), "1");
  const begun = cell("begun by 100, 200, 300 ms")?.split(", ").map(Number);
  assertEquals(begun?.length, 3);
  assertEquals(begun?.filter((count, n) => count > 10 * (n + 1)), []);
  assertEquals(cell("shops as they should be"), "39 of 40");
});

Deno.test("examples/api_sync: Retry-After is a number of seconds or a date", () => {
  const today = Date.parse("2026-11-20T10:00:00Z");
  const ask = (text?: string): number | undefined =>
    retryAfterOf(
      new Headers(text === undefined ? {} : { "retry-after": text }),
      today,
    );

  assertEquals(ask("120"), 120_000);
  assertEquals(ask("0"), 0);
  assertEquals(ask("Fri, 20 Nov 2026 10:00:30 GMT"), 30_000);
  assertEquals(ask("Fri, 20 Nov 2026 09:00:00 GMT"), 0);
  assertEquals(ask("soon"), undefined);
  assertEquals(ask(), undefined);
});

Deno.test("examples/api_sync: asking again is of use unless the request is what is wrong", () => {
  const isFinal = (status: number): boolean =>
    new HttpError(new Response(null, { status })).final;

  assertEquals([400, 403, 404, 410, 422].map(isFinal), Array(5).fill(true));
  assertEquals([408, 425, 429, 500, 503].map(isFinal), Array(5).fill(false));
});
