/** Every command, as a process, against real servers. */
import { assertEquals, assertMatch } from "@std/assert";
import { EXIT } from "../../src/cli/failure.ts";
import { run, Served, Started, tell } from "./stage.ts";

interface Json {
  readonly [name: string]: unknown;
}

/** What a command says with `--json`. */
async function json(url: string, args: readonly string[]): Promise<Json> {
  return JSON.parse(await tell(url, [...args, "--json"]));
}

Deno.test("enqueue says what it did; --wait shows the result; --json has stable shapes", async () => {
  await using served = new Served();
  const url = await served.url();

  const plain = await tell(url, ["enqueue", "add/acme:1", "1"]);
  const waited = await run(
    ["enqueue", "add/acme:1", "-", "--wait=10s", "--url", url],
    { stdin: "2" },
  );
  const quiet = await json(url, ["enqueue", "add/x", "3", "--delay", "1h"]);
  const result = await json(url, ["enqueue", "add/acme:1", "--wait"]);
  const twice = [
    await json(url, ["enqueue", "add/y", "--delay=1h", "--id", "a"]),
    await json(url, ["enqueue", "add/y", "--delay=1h", "--id", "a"]),
  ].map(({ outcome }) => outcome);

  assertEquals(plain, "queued add/acme:1\n");
  assertEquals([waited.code, waited.out], [0, "[1,2]\n"]);
  assertMatch(waited.err, /^\w+ add\/acme:1\n$/);
  assertEquals(Object.keys(quiet), ["kind", "key", "outcome", "version"]);
  assertEquals(
    [quiet.kind, quiet.key, quiet.outcome],
    ["add", "x", "delayed"],
  );
  assertEquals(
    Object.keys(result),
    ["kind", "key", "outcome", "version", "result"],
  );
  assertEquals(result.result, [1, 2]);
  assertEquals(twice, ["delayed", "duplicate"]);
});

Deno.test("enqueue: a kind with a slash, by %2F or by --kind, is the same item", async () => {
  await using served = new Served();
  const url = await served.url();

  const encoded = await run(
    ["enqueue", "a%2Fb%25/c/d", "1", "--wait", "--url", url],
  );
  const literal = await run(
    ["enqueue", "c/d", "1", "--kind", "a/b%", "--wait", "--url", url],
  );

  assertEquals([encoded.code, encoded.out], [0, "1\n"]);
  assertEquals([literal.code, literal.out], [0, "1\n"]);
  assertMatch(literal.err, /^queued a%2Fb%25\/c\/d\n$/);
});

Deno.test("each exit code of what asks an endpoint", async () => {
  await using served = new Served();
  const url = await served.url();
  const { port } = new URL(url);
  const cases: [number, RegExp, string[]][] = [
    [EXIT.failed, /the bank is closed[^]*the last attempt/, [
      "enqueue",
      "fail/a",
      "1",
      "--wait",
    ]],
    [EXIT.usage, /Did you mean enqueue/, ["enqueu", "add/a"]],
    [EXIT.usage, /is no JSON/, ["enqueue", "add/a", "{doc}"]],
    [EXIT.usage, /written kind\/key/, ["enqueue", "add"]],
    [EXIT.usage, /takes <kind>\/<key>/, ["show"]],
    [EXIT.usage, /no such state/, ["ls", "add", "--state", "bored"]],
    [EXIT.notFound, /[Nn]o.*kind[^]*\nls lists the kinds/, [
      "enqueue",
      "nope/a",
    ]],
    [EXIT.notFound, /Nothing is known of add\/nobody/, ["show", "add/nobody"]],
    [EXIT.refused, /WI-NOT-DURABLE|dead letters/, ["dead", "add"]],
    [EXIT.timedOut, /no result of endless\/a/, [
      "enqueue",
      "endless/a",
      "--wait=1",
    ]],
    [EXIT.timedOut, /no answer after 500 ms/, [
      "enqueue",
      "endless/a",
      "--wait",
      "--timeout=500ms",
    ]],
  ];

  for (const [exit, pattern, args] of cases) {
    const { code, out, err } = await run([...args, "--url", url]);
    assertEquals([code, out], [exit, ""], `${args}: ${err}`);
    assertMatch(err, pattern);
    assertMatch(err, /^error: /m);
  }
  served.child.kill("SIGKILL");
  await served.code();
  const { code, err } = await run(
    ["stats", "--json", "--url", `http://127.0.0.1:${port}`],
  );
  const { error } = JSON.parse(err);
  assertEquals(
    [code, error.exit, error.code],
    [EXIT.unreachable, EXIT.unreachable, "WI-UNREACHABLE"],
  );
});

Deno.test("ls and show: tables for people, one object a line for programs", async () => {
  await using served = new Served();
  const url = await served.url();
  await tell(url, ["pause"]);
  for (const key of ["b", "漢 字", "c"]) {
    await tell(url, ["enqueue", `add/${key}`, "1"]);
  }

  const kinds = await tell(url, ["ls"]);
  const table = await tell(url, ["ls", "add"]);
  const lines = (await tell(url, ["ls", "add", "--json"])).trim().split("\n");
  const few = await run(["ls", "add", "-n", "1", "--url", url]);
  const none = await run(["ls", "add", "--prefix", "zz", "--url", url]);
  const shown = await tell(url, ["show", "add/b"]);
  const item = await json(url, ["show", "add/b"]);

  assertEquals(kinds.split("\n")[0], "KIND");
  assertEquals(kinds.includes("a/b%"), true);
  assertMatch(table, /^KEY +STATE +MESSAGES +RUNNING +FAILURES +DUE\n/);
  assertMatch(table, /\nb +queued +1 +0 +0\n/);
  assertEquals([lines.length, table.trim().split("\n").length], [3, 4]);
  assertEquals(
    Object.keys(JSON.parse(lines[0] ?? "")).filter((name) => name !== "dueIn"),
    [
      "kind",
      "key",
      "state",
      "version",
      "owed",
      "messages",
      "running",
      "failures",
      "held",
      "suspended",
    ],
  );
  assertEquals(few.out.trim().split("\n").length, 2);
  assertMatch(few.err, /^There are more than 1/);
  assertEquals([none.code, none.out, none.err], [
    0,
    "",
    "There are none. On a store, items that rest are not listed.\n",
  ]);
  assertMatch(shown, /^add\/b {2}queued\n.*paused: unpause.*1 message waits/);
  assertEquals([item.key, item.state, item.messages], ["b", "queued", 1]);
  assertMatch(String(item.explanation), /paused/);
});

Deno.test("what an endpoint sends is shown to a terminal, not obeyed by it", async () => {
  const evil = "a\x1b[31m\x9b2J\u202eb";
  const item = {
    ...{ kind: "add", key: evil, state: "idle", version: "1", owed: false },
    ...{ messages: 0, running: 0, failures: 0, held: false, suspended: false },
  };
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) =>
      url.endsWith("/v1/items/add?limit=50")
        ? Response.json({ items: [item] })
        : new Response(
          JSON.stringify({
            ...{ type: "about:blank", title: evil, status: 403 },
            ...{ code: "WI-HTTP-FORBIDDEN", detail: evil, hint: evil },
          }),
          {
            status: 403,
            headers: { "content-type": "application/problem+json" },
          },
        ),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;

  const table = await tell(url, ["ls", "add"]);
  const line = await tell(url, ["ls", "add", "--json"]);
  const refused = await run(["stats", "--url", url]);
  const document = await run(["openapi", "--url", url, "--json"]);

  assertMatch(table, /\na\\u\{1b\}\[31m\\u\{9b\}2J\\u\{202e\}b +idle /);
  assertEquals(JSON.parse(line).key, evil);
  assertEquals([refused.code, document.code], [EXIT.refused, EXIT.refused]);
  const said = [table, line, refused.err, document.err].join("");
  assertEquals(/[^\n\P{Cc}]|\u202e/u.test(said), false, said);
});

Deno.test("cancel, delete, suspend, resume, reset, pause and unpause do what they say", async () => {
  await using served = new Served();
  const url = await served.url();
  const later = ["--delay", "1h"];
  await tell(url, ["enqueue", "add/a", "1", ...later]);
  await tell(url, ["suspend", "add/b"]);
  await tell(url, ["enqueue", "add/b", "2"]);
  await tell(url, ["enqueue", "endless/a"]);
  await run(["enqueue", "hold/a", "1", "--wait", "--url", url]);

  assertEquals(
    await tell(url, ["cancel", "add/a"]),
    "cancelled add/a: 1 message\n",
  );
  assertEquals(
    await tell(url, ["cancel", "add/a"]),
    "cancelled add/a: nothing was owed\n",
  );
  assertEquals(await json(url, ["delete", "add/b"]), {
    kind: "add",
    key: "b",
    dropped: true,
    messages: [2],
  });
  assertEquals(await tell(url, ["delete", "add/b"]), "deleted add/b\n");
  assertEquals(
    await tell(url, ["cancel", "endless/a", "--running"]),
    "cancelled endless/a: nothing was owed\n",
  );
  assertEquals(await tell(url, ["suspend", "add/c"]), "suspended add/c\n");
  assertEquals((await json(url, ["show", "add/c"])).suspended, true);
  assertEquals(await json(url, ["resume", "add/c"]), {
    kind: "add",
    key: "c",
    suspended: false,
  });
  assertEquals((await json(url, ["show", "hold/a"])).state, "held");
  assertEquals(await tell(url, ["reset", "hold/a"]), "reset hold/a\n");
  assertEquals(await json(url, ["pause"]), { paused: true });
  assertEquals((await json(url, ["stats"])).paused, true);
  assertEquals(await tell(url, ["unpause"]), "unpaused\n");
  assertMatch(await tell(url, ["stats"]), /\npaused +false\n/);
});

Deno.test("dead, redrive and discard: what failed for the last time, on a store", async () => {
  await using served = new Served(["--store", ":memory:"], {
    deno: [
      "--unstable-kv",
      "--allow-net=127.0.0.1",
      "--allow-read",
      "--allow-env=WORKITEM_TOKEN",
    ],
  });
  const url = await served.url();
  for (const key of ["a", "b"]) {
    const { code } = await run(
      ["enqueue", `fail/${key}`, "1", "--wait", "--url", url],
    );
    assertEquals(code, EXIT.failed);
  }

  const table = await tell(url, ["dead", "fail"]);
  const [line = ""] = (await tell(url, ["dead", "fail", "--json"])).split("\n");
  const letter: Json = JSON.parse(line);
  await tell(url, ["pause"]);
  const redriven = await tell(url, ["redrive", "fail/a"]);
  const [other = ""] = (await tell(url, ["dead", "fail", "--json"])).split(
    "\n",
  );
  const { id } = JSON.parse(other);
  const discarded = await json(url, ["discard", "fail/b", id]);
  const gone = await run(["discard", "fail/b", id, "--url", url]);

  assertMatch(table, /^KEY +ID +MESSAGES +FAILURES +AT +ERROR\na /);
  assertEquals(
    Object.keys(letter),
    ["kind", "key", "id", "messages", "error", "failures", "at"],
  );
  assertEquals(redriven, "redriven fail/a: 1 message\n");
  assertEquals(discarded, { kind: "fail", key: "b", id });
  assertEquals(gone.code, EXIT.notFound);
});

Deno.test("tail shows what happens, of all or of one kind, until Ctrl-C", async () => {
  await using served = new Served();
  const url = await served.url();
  await using all = new Started(["tail", "--url", url, "--json"]);
  await using one = new Started(["tail", "add", "--url", url]);
  await all.err.until(/^following/);
  await one.err.until(/^following/);

  await tell(url, ["enqueue", "fail/a", "1"]);
  await tell(url, ["enqueue", "add/a", "1"]);
  const events = await Promise.all(
    ["enqueued", "started", "ended"].map(async (name) => {
      const pattern = new RegExp(`^\\{"event":"${name}","kind":"fail"`);
      return JSON.parse(await all.out.until(pattern));
    }),
  );
  const line = await one.out.until(/ended/);
  one.child.kill("SIGINT");

  const [enqueued, started, ended] = events;
  assertEquals([enqueued.key, enqueued.outcome], ["a", "queued"]);
  assertEquals([started.number, started.coalesced], [1, 1]);
  assertEquals([ended.outcome, ended.error], ["failed", { name: "Error" }]);
  assertMatch(line, /^\d\d:\d\d:\d\d {2}ended {5}add\/a {2}run 1: ok$/);
  assertEquals(one.out.all.some((text) => text.includes("fail")), false);
  assertEquals(await one.code(), EXIT.interrupted);
});

Deno.test("when nobody reads stdout any more, a command ends quietly", async () => {
  await using served = new Served();
  const url = await served.url();
  const main = new URL("../../src/cli/mod.ts", import.meta.url).pathname;
  const deno = ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1"];
  const script = '{ "$0" "$@"; echo "code $?" >&2; } | head -1';

  let isOver = false;
  const piped = new Deno.Command("sh", {
    args: ["-c", script, Deno.execPath(), ...deno, main, "tail", "--url", url],
  }).output().finally(() => isOver = true);
  while (!isOver) await tell(url, ["enqueue", "add/a"]); // Each is an event.
  const { stdout, stderr } = await piped;

  assertEquals(new TextDecoder().decode(stdout).split("\n").length, 2);
  assertEquals(
    new TextDecoder().decode(stderr),
    `following ${url}/\ncode ${EXIT.done}\n`,
  );
});

Deno.test("stats, openapi and doctor tell of the endpoint", async () => {
  await using served = new Served();
  const url = await served.url();

  const stats = await json(url, ["stats"]);
  const document = await json(url, ["openapi"]);
  const doctor = await json(url, ["doctor"]);
  const told = await tell(url, ["doctor"]);
  const counts = await tell(url, ["stats"]);
  served.child.kill("SIGKILL");
  await served.code();
  const dead = await run(["doctor", "--url", url, "--json"]);

  assertEquals([stats.concurrency, stats.closed], [16, false]);
  assertMatch(counts, /^of this process alone.*:\nowed +0\n/);
  assertMatch(String(document.openapi), /^3\.1\./);
  assertEquals(doctor.ok, true, told);
  const { checks } = doctor as { checks: { name: string; ok: boolean }[] };
  assertEquals(checks.map(({ name }) => name), [
    "runtime",
    "environment",
    "network",
    "reachable",
    "clocks",
    "ready",
    "authorized",
    "version",
  ]);
  assertMatch(told, /^ok {4}runtime +workitem /);
  assertEquals([dead.code, dead.err], [EXIT.unreachable, ""]);
  assertEquals(JSON.parse(dead.out).ok, false);
});

Deno.test("help, --help, --version, and no command at all", async () => {
  const [help, on, version, none, unknown] = await Promise.all(
    [["help"], ["ls", "--help"], ["--version"], [], ["help", "shwo"]]
      .map((args) => run(args, { deno: [] })), // No permission at all.
  );

  assertMatch(
    help?.out ?? "",
    /^workitem: .*\n\nExamples:\n {2}workitem serve/,
  );
  assertMatch(on?.out ?? "", /^workitem ls \[kind\]\n/);
  assertMatch(version?.out ?? "", /^workitem \d+\.\d+\.\d+\n$/);
  assertEquals([none?.code, none?.out], [EXIT.usage, ""]);
  assertEquals(none?.err, help?.out);
  assertEquals(unknown?.code, EXIT.usage);
  assertMatch(unknown?.err ?? "", /Did you mean show\?/);
});

Deno.test("colors are for terminals alone, and for those who want them", async () => {
  const script = "script --quiet --return --command";
  const { success } = await new Deno.Command("sh", {
    args: ["-c", "command -v script"],
    stdout: "null",
  }).output();
  if (!success) return; // Only there is a terminal to be had.
  const main = new URL("../../src/cli/mod.ts", import.meta.url).pathname;
  const told = async (
    args: string,
    env: Record<string, string>,
  ): Promise<string> => {
    const deno = `${Deno.execPath()} run -q --allow-env=TERM ${main} ${args}`;
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `${script} '${deno}' /dev/null < /dev/null`],
      env: { TERM: "xterm", NO_COLOR: "", ...env }, // It may be said outside.
    }).output();
    return new TextDecoder().decode(stdout);
  };

  const [colored, noColor, flag, dumb] = await Promise.all([
    told("nope", {}),
    told("nope", { NO_COLOR: "1" }),
    told("nope --no-color", {}),
    told("nope", { TERM: "dumb" }),
  ]);

  assertEquals(
    colored.split("\r\n")[0],
    "\x1b[31merror:\x1b[39m There is no such command",
  );
  for (const plain of [noColor, flag, dumb]) {
    assertMatch(plain, /^error: There is no such command/);
  }
});
