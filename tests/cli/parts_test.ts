/** What of the command line needs no process. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { TargetItem } from "../../src/core/target.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { explain, type Surroundings } from "../../src/cli/explain.ts";
import { EXIT, Failure, failureOf } from "../../src/cli/failure.ts";
import { findCommand, type Flags, readFlags } from "../../src/cli/flags.ts";
import { helpOf, helpOn } from "../../src/cli/help.ts";
import { findKinds } from "../../src/cli/kinds_of.ts";
import { parseKind, parseName, shownName } from "../../src/cli/names.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { denoHost } from "../../src/cli/host.ts";
import { below, findRemote, REMOTE_FLAGS } from "../../src/cli/remote.ts";
import { eachOf } from "../../src/cli/pages.ts";
import { parseSpan, shownSpan } from "../../src/cli/spans.ts";
import { tableOf } from "../../src/cli/table.ts";
import { jsonOf, visible, widthOf } from "../../src/cli/visible.ts";
import * as kinds from "./kinds.ts";

const FLAGS: Flags = {
  wait: { type: "string", isOptional: true, help: "" },
  url: { type: "string", help: "" },
  limit: { type: "string", short: "n", help: "" },
  json: { type: "boolean", help: "" },
};

Deno.test("readFlags() splits words and flags, wherever they stand", () => {
  const args = ["a", "--wait", "b", "--url", "u", "-n", "5", "--", "--wait"];

  const given = readFlags(args, FLAGS);

  assertEquals(given.words, ["a", "b", "--wait"]);
  assertEquals(given.text("wait"), "");
  assertEquals(given.text("url"), "u");
  assertEquals(given.text("limit"), "5");
  assertEquals([given.has("json"), given.has("wait")], [false, true]);
  assertEquals(readFlags(["--wait=5"], FLAGS).text("wait"), "5");
});

Deno.test("readFlags() refuses what is no flag, and says what was meant", () => {
  const told = (args: string[]): string => {
    const { message, hint, exit } = assertThrows(
      () => readFlags(args, FLAGS),
      Failure,
    );
    assertEquals(exit, EXIT.usage);
    return `${message}. ${hint}`;
  };

  assertEquals(
    told(["--ulr=x"]),
    "There is no flag --ulr here. Did you mean --url?",
  );
  assertEquals(told(["--json=1"]), "--json takes no value. undefined");
  assertEquals(told(["--url"]), "--url needs a value. undefined");
  assertEquals(told(["--constructor"]).startsWith("There is no flag"), true);
});

Deno.test("readFlags() takes no token, and does not show it", () => {
  for (const args of [["--token", "s3cret"], ["--token=s3cret"]]) {
    const { message, hint } = assertThrows(
      () => readFlags(args, FLAGS),
      Failure,
    );
    assertEquals(message, "A token is never taken from a flag");
    assertEquals(hint?.includes("s3cret"), false);
  }
});

Deno.test("findCommand() finds the command behind flags and their values", () => {
  assertEquals(findCommand(["--url", "u", "ls", "-n", "5", "x"], FLAGS), {
    name: "ls",
    rest: ["--url", "u", "-n", "5", "x"],
  });
  assertEquals(findCommand(["--json"], FLAGS).name, undefined);
});

Deno.test("findRemote() takes a URL and a token, and shows neither when it refuses", async () => {
  const find = (url: string, env = {}, stdin?: string) =>
    findRemote(
      {
        ...denoHost(),
        env: (name) => ({ ...env } as Record<string, string>)[name],
        read: () => Promise.resolve(stdin ?? ""),
      },
      readFlags(
        [`--url=${url}`, ...stdin === undefined ? [] : ["--token-stdin"]],
        REMOTE_FLAGS,
      ),
    );

  const mounted = await find("https://example.com/work/", {
    WORKITEM_TOKEN: "by-env",
  });
  const piped = await find("http://[::1]:8787", {}, "by-stdin\r\nmore\n");

  assertEquals(below(mounted, "/healthz"), "https://example.com/work/healthz");
  assertEquals([mounted.token, piped.token], ["by-env", "by-stdin"]);
  for (
    const url of [
      "s3cret",
      "ftp://s3cret",
      "http://a:s3cret@b",
      "http://s3cret@b",
      "http://b?t=s3cret",
      "http://b/#s3cret",
    ]
  ) {
    const { message, hint = "", exit } = await assertRejects(
      () => find(url),
      Failure,
    );
    assertEquals([exit, (message + hint).includes("s3cret")], [2, false]);
  }
  await assertRejects(() => find("http://b", {}, " \n"), Failure);
});

Deno.test("nearest() finds swapped, lost and added letters, and nothing far away", () => {
  const names = COMMANDS.map(({ name }) => name);

  assertEquals(
    ["enqueu", "shwo", "sl", "tails", "redirve", "quux"].map((word) =>
      nearest(word, names)
    ),
    ["enqueue", "show", "ls", "tail", "redrive", undefined],
  );
});

Deno.test("parseName() splits at the first slash; a kind may be encoded, a key is as it is", () => {
  assertEquals(parseName("a/b/c%2F", undefined), { kind: "a", key: "b/c%2F" });
  assertEquals(parseName("a%2Fb%25/c", undefined), { kind: "a/b%", key: "c" });
  assertEquals(parseName("x/y", "a/b%"), { kind: "a/b%", key: "x/y" });
  assertEquals(parseKind("a%2Fb", undefined), "a/b");
  assertEquals(parseKind(undefined, "a%2Fb"), "a%2Fb");
  for (const word of ["", "a", "/a", "a/", "%zz/a"]) {
    assertThrows(() => parseName(word, undefined), Failure);
  }
  assertThrows(() => parseKind("a/b", undefined), Failure);
  assertThrows(() => parseKind(undefined, undefined), Failure);
  assertThrows(() => parseKind("a", "b"), Failure);
});

Deno.test("shownName() is what parseName() reads", () => {
  for (
    const name of [{ kind: "a/b%2F", key: "c/%" }, { kind: "ä", key: "🙂" }]
  ) {
    assertEquals(parseName(shownName(name), undefined), name);
  }
});

Deno.test("visible() lets nothing through that a terminal obeys", () => {
  const evil = "a\x1b[31m\x07\x9b1m\u202eb\n\u2028\ud800ä🙂";

  assertEquals(
    visible(evil),
    "a\\u{1b}[31m\\u{7}\\u{9b}1m\\u{202e}b\\u{a}\\u{2028}\\u{d800}ä🙂",
  );
  assertEquals(JSON.parse(jsonOf({ evil })), { evil });
  assertEquals(visible(jsonOf({ evil })), jsonOf({ evil }));
});

Deno.test("tableOf() aligns what is wide, and numbers to the right", () => {
  assertEquals(widthOf("a漢🙂e\u0301"), 6);
  assertEquals(
    tableOf(["KEY", "N"], [["漢字", "5"], ["a\tb", "12"]]),
    ["KEY       N", "漢字      5", "a\\u{9}b  12"],
  );
});

Deno.test("parseSpan() reads units, and refuses all else", () => {
  assertEquals(parseSpan("--wait", "5", "s"), 5_000);
  assertEquals(parseSpan("--delay", "5", "ms"), 5);
  assertEquals(
    ["1.5s", "250ms", "2m", "1h"].map((text) => parseSpan("--wait", text, "s")),
    [1_500, 250, 120_000, 3_600_000],
  );
  for (const text of ["", "-1", "1e3", "1 s", "s", "Infinity", "0x1"]) {
    assertThrows(() => parseSpan("--wait", text, "s"), Failure);
  }
  assertEquals(
    [5, 1_500, 90_000, 7_200_000, 864_000_000].map(shownSpan),
    ["5 ms", "1.5 s", "1.5 min", "2.0 h", "10.0 days"],
  );
});

const ITEM: TargetItem = {
  kind: "a",
  key: "b",
  state: "idle",
  version: "1",
  owed: false,
  messages: 0,
  dueIn: undefined,
  running: 0,
  failures: 0,
  held: false,
  suspended: false,
};
const AROUND: Surroundings = {
  paused: false,
  closed: false,
  running: 0,
  concurrency: 2,
};

Deno.test("explain() tells of each state why nothing runs, and what would run it", () => {
  const told = (
    item: Partial<TargetItem>,
    around: Partial<Surroundings> = {},
  ): string => explain({ ...ITEM, ...item }, { ...AROUND, ...around });
  const queued = { state: "queued", owed: true } as const;

  assertEquals(
    [
      told({}),
      told(queued),
      told(queued, { paused: true }),
      told(queued, { closed: true }),
      told(queued, { running: 2 }),
      told({ state: "delayed", owed: true, dueIn: 1_500, messages: 1 }),
      told({ state: "backoff", owed: true, dueIn: 50, failures: 2 }),
      told({ state: "suspended", suspended: true, messages: 3 }),
      told({ state: "held", held: true, suspended: true }),
      told({ state: "backoff", owed: true, dueIn: 0, failures: 1 }),
      told({ state: "running", running: 1, owed: true }, { running: 1 }),
      told({ state: "running", running: 2, messages: 2 }, { running: 2 }),
      told({ state: "running", running: 1 }, { running: 0 }),
      told({ state: "deleting" }),
      told({ state: "deleted" }),
    ],
    [
      "Nothing is owed: it runs when it is enqueued.",
      "A run is owed, and it starts as soon as those before it have and the" +
      ' limits of "a" allow.',
      "A run is owed, but the scheduler is paused: unpause lets it go on.",
      "A run is owed, but the scheduler there is closed: what is kept in a" +
      " store runs when it is served again.",
      "A run is owed, but all 2 executors are busy: it starts when one is" +
      " free and what came before it has started.",
      "A run is owed, in 1.5 s: it was asked for with a delay. 1 message" +
      " waits.",
      "2 runs in a row failed: it is tried again in 50 ms, or at once after" +
      " reset.",
      "It is suspended: nothing of it starts before resume. 3 messages wait.",
      "Its last attempt failed, and it is held with what it was sent: nothing" +
      " of it starts before reset. It is suspended as well.",
      "1 run in a row failed: it is tried again now.",
      "A run is in flight; it runs once more afterwards.",
      "2 runs are in flight. 2 messages wait, or are in the run.",
      "A run is in flight. It is in another process than the one that answers:" +
      " should that be lost, it is run again when its lease is over.",
      "It is being deleted, and takes no enqueue before that is done.",
      "It is deleted.",
    ],
  );
});

Deno.test("findKinds() takes kinds by their shape, once each, and names the rest", () => {
  const { kinds: found, others } = findKinds({
    ...kinds,
    default: undefined,
    nothing: null,
    half: { name: "half", options: {} },
  });

  assertEquals(found.map(({ name }) => name).sort(), [
    "a/b%",
    "add",
    "deaf",
    "endless",
    "fail",
    "file",
    "hold",
  ]);
  assertEquals(others, ["helper", "default", "nothing", "half"]);
});

Deno.test("eachOf() goes on to the limit, over empty pages, and says whether that was all", async () => {
  const pages = [
    { items: [1, 2], cursor: "a" },
    { items: [], cursor: "b" },
    { items: [3], cursor: undefined },
  ];
  const read = async (limit: number): Promise<[number[], boolean]> => {
    let index = 0;
    const seen: number[] = [];
    const isAll = await eachOf(
      () => Promise.resolve(pages[index++] ?? { items: [], cursor: undefined }),
      limit,
      (each) => Promise.resolve(void seen.push(each)),
    );
    return [seen, isAll];
  };

  assertEquals(await read(50), [[1, 2, 3], true]);
  assertEquals(await read(2), [[1, 2], false]);
  assertEquals(await read(1), [[1], false]);
});

Deno.test("failureOf() finds the exit code of what an endpoint refuses", () => {
  const exitOf = (status?: number, code?: string): number =>
    failureOf({ message: "no", status, code }).exit;

  assertEquals(
    [401, 403, 409, 422, 429, 404, 408, 504, 500, 503].map((s) => exitOf(s)),
    [4, 4, 4, 4, 4, 3, 6, 6, 5, 5],
  );
  assertEquals(
    ["WI-RUN-FAILED", "WI-UNREACHABLE", "WI-NO-RESULT", "WI-UNKNOWN-KIND"]
      .map((code) => exitOf(undefined, code)),
    [1, 5, 6, 3],
  );
  assertEquals(failureOf(new RangeError("key")).exit, EXIT.usage);
  const hinted = { message: "no", code: "WI-UNKNOWN-KIND", hint: "GET it" };
  assertEquals(
    [hinted, { ...hinted, code: "WI-ELSE" }].map((e) => failureOf(e).hint),
    ["ls lists the kinds that there are.", "GET it"],
  );
  assertEquals(failureOf("thrown").message, "thrown");
});

Deno.test("help fits a terminal, opens with examples, and has one for each command", () => {
  const lines = [...helpOf(COMMANDS), ...COMMANDS.flatMap(helpOn)];

  assertEquals(lines.filter((line) => line.length > 80), []);
  assertEquals(helpOf(COMMANDS)[2], "Examples:");
  assertEquals(
    COMMANDS.filter(({ name, examples }) =>
      examples.length === 0 ||
      examples.some((line) => line.split(" ")[0] !== name)
    ),
    [],
  );
});
