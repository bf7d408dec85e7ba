/** Keys of requests and their stored answers (H4, H14). */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Begun,
  fingerprintOf,
  Idempotency,
  idOf,
  placeOf,
  type RequestFacts,
  type StoredAnswer,
  type Turn,
} from "../../src/http/idempotency.ts";
import { Problem } from "../../src/http/problem.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";

const WINDOW_MS = 1_000;

interface Setting {
  readonly clock: FakeClock;
  readonly keys: Idempotency;
}

function setting(entriesMax = 10): Setting {
  const clock = new FakeClock();
  const windowMs = WINDOW_MS;
  return { clock, keys: new Idempotency({ clock, windowMs, entriesMax }) };
}

function answerOf(body: string): StoredAnswer {
  return { status: 202, headers: { Location: "../a" }, body };
}

/** The turn, which must be one. */
function turnOf(begun: Begun, state: Turn["state"] = "new"): Turn {
  assertEquals(begun.state, state);
  return begun as Turn; // As just asserted.
}

Deno.test("Idempotency gives the first answer again, and carries out nothing", () => {
  const { keys } = setting();
  turnOf(keys.begin("a", "f")).finish(answerOf("1"));

  for (let time = 0; time < 3; time++) {
    const again = { state: "done" as const, answer: answerOf("1") };
    assertEquals(keys.begin("a", "f"), again);
  }
});

Deno.test("Idempotency tells a repeat in progress from another request", () => {
  const { keys } = setting();
  const turn = turnOf(keys.begin("a", "f"));

  assertEquals(keys.begin("a", "f"), { state: "busy" });
  assertEquals(keys.begin("a", "g"), { state: "other" });
  turn.finish(answerOf("1"));
  assertEquals(keys.begin("a", "g"), { state: "other" });
  assertEquals(keys.begin("b", "g").state, "new");
});

Deno.test("Idempotency asks again after a wait that was over", () => {
  const { keys } = setting();
  const first = turnOf(keys.begin("a", "f"));
  assertEquals(first.first, undefined);
  first.leave(answerOf("queued"));

  const second = turnOf(keys.begin("a", "f"), "open");
  assertEquals(second.first, answerOf("queued"));
  assertEquals(keys.begin("a", "f"), { state: "busy" });
  assertEquals(keys.begin("a", "g"), { state: "other" });
  second.leave(answerOf("duplicate"));
  const third = turnOf(keys.begin("a", "f"), "open");
  assertEquals(third.first, answerOf("queued"));
  third.forget();
  const fourth = turnOf(keys.begin("a", "f"), "open");
  assertEquals(fourth.first, answerOf("queued"));
  fourth.finish(answerOf("result"));

  const again = { state: "done" as const, answer: answerOf("result") };
  assertEquals(keys.begin("a", "f"), again);
});

Deno.test("Idempotency forgets a request that did nothing", () => {
  const { keys } = setting();
  turnOf(keys.begin("a", "f")).forget();

  assertEquals(keys.size, 0);
  turnOf(keys.begin("a", "other")).finish(answerOf("1"));
});

Deno.test("Idempotency counts only the first end of a turn", () => {
  const { keys } = setting();
  const turn = turnOf(keys.begin("a", "f"));
  turn.finish(answerOf("1"));
  turn.finish(answerOf("2"));
  turn.leave(answerOf("3"));
  turn.forget();

  const again = { state: "done" as const, answer: answerOf("1") };
  assertEquals(keys.begin("a", "f"), again);
  const late = turnOf(keys.begin("b", "f"));
  late.forget();
  const next = turnOf(keys.begin("b", "g"));
  late.finish(answerOf("4"));
  late.forget();
  assertEquals(keys.begin("b", "g"), { state: "busy" });
  next.finish(answerOf("5"));
  assertEquals(keys.begin("b", "f"), { state: "other" });
});

Deno.test("Idempotency keeps an answer for its window, whoever asks meanwhile", () => {
  const { keys, clock } = setting();
  const slow = turnOf(keys.begin("slow", "f"));
  turnOf(keys.begin("a", "f")).finish(answerOf("1"));
  clock.advance(500);
  turnOf(keys.begin("b", "f")).finish(answerOf("2"));

  clock.advance(499);
  assertEquals(keys.begin("a", "f").state, "done");
  clock.advance(1);
  assertEquals(keys.begin("a", "g").state, "new");
  assertEquals(keys.begin("b", "f").state, "done");
  assertEquals(keys.begin("slow", "f").state, "busy");
  clock.advance(5_000);
  slow.finish(answerOf("3"));
  assertEquals(keys.begin("slow", "f").state, "done");
  assertEquals(keys.size, 2);
});

Deno.test("Idempotency has room for a new key as long as one is answered", () => {
  const { keys } = setting(3);
  turnOf(keys.begin("a", "f")).finish(answerOf("1"));
  turnOf(keys.begin("b", "f")).leave(answerOf("2"));
  const c = turnOf(keys.begin("c", "f"));
  turnOf(keys.begin("d", "f"));
  turnOf(keys.begin("e", "f"));
  assertEquals(keys.size, 3);

  const problem = assertThrows(() => keys.begin("x", "f"), Problem);
  assertEquals([problem.status, problem.code], [503, "WI-HTTP-CAPACITY"]);
  assertEquals(problem.headers, { "Retry-After": "1" });
  assertEquals(keys.begin("c", "f"), { state: "busy" });
  c.finish(answerOf("3"));
  turnOf(keys.begin("x", "f"));
  assertEquals(keys.size, 3);
});

Deno.test("Idempotency leaves what is too large to be kept, to be asked again", () => {
  const { keys } = setting();
  turnOf(keys.begin("a", "f")).finish(answerOf("x".repeat(65_536)));
  turnOf(keys.begin("b", "f")).finish(answerOf("x".repeat(65_537)));

  assertEquals(keys.begin("a", "f").state, "done");
  assertEquals(turnOf(keys.begin("b", "f"), "open").first, undefined);
});

Deno.test("Idempotency keeps no more bodies than 16 MiB, the newest ones", () => {
  const { keys, clock } = setting(10_000);
  const big = answerOf("x".repeat(65_536));
  for (let n = 0; n < 257; n++) turnOf(keys.begin(`${n}`, "f")).finish(big);

  assertEquals(keys.size, 256);
  assertEquals(keys.begin("0", "f").state, "new");
  assertEquals(keys.begin("1", "f").state, "done");
  clock.advance(WINDOW_MS); // What has ended takes no room any more.
  for (let n = 0; n < 256; n++) turnOf(keys.begin(`n${n}`, "f")).finish(big);
  assertEquals(keys.begin("n0", "f").state, "done");
});

Deno.test("placeOf() and idOf() keep the keys of principals apart", async () => {
  const pairs = [["a", "b:c"], ["a:b", "c"], ["ab", "c"], ["a", "bc"], [
    "1:a",
    "b",
  ]] as const;

  const places = pairs.map(([principal, key]) => placeOf(principal, key));
  const ids = await Promise.all(pairs.map(([who, key]) => idOf(who, key)));

  assertEquals(new Set(places).size, pairs.length);
  assertEquals(new Set(ids).size, pairs.length);
  assert(ids.every((id) => /^[A-Za-z0-9_-]{43}$/.test(id)));
  assertEquals(await idOf("a", "b"), await idOf("a", "b"));
});

Deno.test("fingerprintOf() differs in all that makes another request", async () => {
  const facts: RequestFacts = {
    method: "POST",
    path: "/v1/items/a/b/messages",
    query: "",
    contentType: "application/json",
    body: new Uint8Array([1, 2]),
  };
  const others: readonly Partial<RequestFacts>[] = [
    { method: "PUT" },
    { path: "/v1/items/a/c/messages" },
    { query: "?delay=1" },
    { contentType: "application/x-ndjson" },
    { body: new Uint8Array([1]) },
    { body: new Uint8Array([1, 3]) },
    { path: "", query: facts.path },
  ];

  const first = await fingerprintOf(facts);
  assertEquals(await fingerprintOf({ ...facts }), first);
  const prints = await Promise.all(
    others.map((other) => fingerprintOf({ ...facts, ...other })),
  );

  assertEquals(new Set([first, ...prints]).size, others.length + 1);
});
