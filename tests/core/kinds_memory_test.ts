/** What is remembered of a key, and for how long: nothing without a reason,
 * contexts until `passivateAfter`, and no wake-up is lost on the way. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertStrictEquals,
} from "@std/assert";
import {
  type ItemName,
  type Kind,
  type KindOptions,
  type,
  type WorkItem,
} from "../../mod.ts";
import { Actor, KindStage } from "./support/kinds_stage.ts";
import { peek } from "./support/stage.ts";

/** The own memory of a key: which one it is, and what its runs were handed. */
interface Memory {
  readonly id: number;
  readonly seen: string[];
}

type MemoryKind = Kind<Memory, unknown, string, string>;

/** A kind whose keys have a memory, and what becomes of it. */
class Remembering {
  readonly kind: MemoryKind;
  readonly a: WorkItem<Memory, unknown, string, string>;
  readonly actor: Actor<string, Memory>;
  /** The memories that were cleaned up, by id, with their names. */
  readonly cleaned: (readonly [number, ItemName])[] = [];
  /** Ends the cleanups that have begun, if they are slow. */
  readonly ends: (() => void)[] = [];
  made = 0;

  constructor(
    stage: KindStage,
    options: Partial<KindOptions<Memory, unknown, string, string>> = {},
    { isSlow = false, isPuppet = false }: {
      readonly isSlow?: boolean;
      readonly isPuppet?: boolean;
    } = {},
  ) {
    const plan = ({ context, messages }: {
      readonly context: Memory;
      readonly messages: readonly string[];
    }): number => {
      context.seen.push(...messages);
      return context.id;
    };
    this.actor = new Actor(stage, isPuppet ? undefined : plan);
    this.kind = stage.scheduler.define<Memory, unknown, string, string>("k", {
      context: () => ({ id: ++this.made, seen: [] }),
      run: this.actor.run,
      cleanup: ({ id }, name) => {
        this.cleaned.push([id, name]);
        if (!isSlow) return undefined;
        return new Promise<void>((resolve) => this.ends.push(resolve));
      },
      ...options,
    });
    this.a = this.kind.get("a");
  }

  /** The ids of the memories that were cleaned up. */
  get ids(): number[] {
    return this.cleaned.map(([id]) => id);
  }
}

Deno.test("An idle key without context is forgotten at once", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  assertEquals([kind.keys(), kind.inspect("a"), a.state], [
    [],
    undefined,
    "idle",
  ]);

  kind.enqueue("a", "x");
  assertEquals(kind.keys(), ["a"]);
  await stage.settle();
  assertEquals(kind.keys(), ["a"]);
  actor.at(1).succeed();
  await stage.settle();

  assertEquals([kind.keys(), kind.inspect("a"), a.state], [
    [],
    undefined,
    "idle",
  ]);
});

Deno.test("A cancelled key without context is forgotten at once", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast();
  for (const timing of [{}, { delay: 10 }]) {
    kind.enqueue("a", "x", timing);
    assertEquals(a.cancel(), ["x"]);
    assertEquals(kind.keys(), []);
  }
});

Deno.test("A failed key without context is forgotten once it is told", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind } = stage.cast({ undelivered }, {
    plan: () => Promise.reject("failure"),
  });

  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(kind.keys(), []);
  assertEquals(stage.takeTold(), ["undelivered [x] failure x1"]);
});

Deno.test("get(), and asking a handle that is idle, make nothing", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({ passivateAfter: 10 });

  a.reset();
  a.cancel();
  a.cancel({ running: true });
  await Promise.all([a.flush(), a.idle()]);
  assertEquals([a.state, a.key, a.context], ["idle", "a", undefined]);

  assertEquals([kind.keys(), stage.clock.timers], [[], 0]);
});

Deno.test("What is suspended, held, delayed, in backoff or running is kept", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast({ retry: [50] });
  const holding = stage.cast({ whenExhausted: "hold" }, {
    name: "h",
    plan: () => Promise.reject("failure"),
  });
  kind.enqueue("backoff", "x");
  kind.enqueue("running", "x");
  holding.kind.enqueue("held", "x");
  await stage.settle();
  actor.at(1).fail("failure");
  kind.enqueue("delayed", "x", { delay: 10 });
  const suspension = kind.get("suspended").suspend();
  await stage.settle();
  kind.enqueue("queued", "x");

  const expected = ["backoff", "running", "delayed", "suspended", "queued"];
  assertEquals(kind.keys().toSorted(), expected.toSorted());
  for (const state of [...expected, "idle", "deleted"] as const) {
    const keys = expected.includes(state) ? [state] : [];
    assertEquals(kind.keys({ state: state as "idle" }), keys);
  }
  assertEquals(kind.keys({}), kind.keys());
  assertEquals(kind.keys({ state: undefined }), kind.keys());
  assertEquals(holding.kind.keys({ state: "held" }), ["held"]);

  suspension.resume();
  assertEquals(kind.inspect("suspended"), undefined);
  await stage.pass(50);
  actor.acts.forEach(({ succeed }) => succeed());
  await stage.settle();
  assertEquals(kind.keys(), []);
});

Deno.test("keys() returns a list of its own", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast();
  kind.get("a").suspend();
  kind.enqueue("a", "x");

  kind.keys().push("b");

  assertEquals(kind.keys(), ["a"]);
});

Deno.test("A handle stays valid when its key is forgotten, and is the same key", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  const other = kind.get("a");
  for (let index = 1; index <= 3; index++) {
    assertEquals(a.enqueue(`${index}`), "queued");
    assertEquals(other.enqueue(`${index}`), "coalesced");
    assertEquals([a.state, other.state], ["queued", "queued"]);
    await stage.settle();
    actor.at(index).succeed();
    await stage.settle();
    assertEquals(kind.keys(), []);
  }

  assertEquals(actor.log, ["a#1@0 1,1", "a#1@0 2,2", "a#1@0 3,3"]);
});

Deno.test("The handle of an ended run stays valid when its key is forgotten", async () => {
  await using stage = new KindStage();
  const { kind, actor } = stage.cast();
  kind.enqueue("a", "x");
  await stage.settle();
  actor.at(1).succeed();
  await stage.settle();
  const { item } = actor.at(1).run;

  assertEquals([item.state, item.enqueue("y")], ["idle", "queued"]);
  await stage.settle();

  assertEquals(actor.log[1], "a#1@0 y");
  actor.at(2).succeed();
});

Deno.test("version never goes back, though the key was forgotten meanwhile", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast({}, { plan: () => {} });
  const versions: number[] = [];
  for (let round = 0; round < 3; round++) {
    kind.enqueue("a", "x");
    versions.push(a.version, kind.inspect("a")?.version ?? NaN);
    await stage.settle();
    assertEquals(kind.keys(), []);
    assert(a.version >= (versions.at(-1) ?? NaN)); // Of what is not there.
    kind.enqueue("other", "x");
    await stage.settle();
  }

  const [first, , second, , third] = versions;
  assertEquals(versions.filter((_, index) => index % 2 === 1), [
    first,
    second,
    third,
  ]);
  assertGreater(second ?? 0, first ?? 0);
  assertGreater(third ?? 0, second ?? 0);
});

Deno.test("A wait for a key that is forgotten meanwhile ends", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  kind.enqueue("a", "x");
  const waits = [peek(a.flush()), peek(a.idle())];
  await stage.settle();

  actor.at(1).succeed();
  await stage.settle();

  assertEquals(waits.map(({ now }) => now), [undefined, undefined]);
  assertEquals(kind.keys(), []);
});

Deno.test("A suspension keeps a key that was never used, and counts until it is resumed", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({}, { plan: () => {} });
  const first = a.suspend();
  const second = kind.get("a").suspend();
  assertEquals([a.state, kind.keys()], ["suspended", ["a"]]);
  assertEquals(stage.scheduler.snapshot().suspended, 1);

  kind.enqueue("a", "x");
  first.resume();
  first.resume(); // Once is enough.
  await stage.settle();
  assertEquals([a.state, actor.acts.length], ["suspended", 0]);
  second.resume();
  await stage.settle();

  assertEquals([actor.log, kind.keys()], [["a#1@0 x"], []]);
  assertEquals(stage.scheduler.snapshot().suspended, 0);
});

Deno.test("A suspension of an idle key ends without a trace", async () => {
  await using stage = new KindStage();
  const { kind, a } = stage.cast();

  const suspension = a.suspend();
  assertEquals(kind.inspect("a")?.suspended, true);
  suspension.resume();

  assertEquals([a.state, kind.keys()], ["idle", []]);
  assertEquals(stage.scheduler.snapshot().suspended, 0);
});

Deno.test("An old suspension does not resume a key's new life", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast();
  const old = a.suspend();
  await a.delete();
  const suspension = a.suspend();
  kind.enqueue("a", "x");

  old.resume();
  await stage.settle();
  assertEquals([a.state, actor.acts.length], ["suspended", 0]);
  suspension.resume();
  await stage.settle();

  assertEquals(actor.log, ["a#1@0 x"]);
  actor.at(1).succeed();
});

// Contexts

Deno.test("A context is kept while the key is idle, without passivateAfter for ever", async () => {
  await using stage = new KindStage();
  const { kind, actor, cleaned } = new Remembering(stage);
  kind.enqueue("a", "x");
  await stage.pass(1e9, 1e9);
  kind.enqueue("a", "y");
  await stage.settle();

  assertEquals(kind.keys(), ["a"]);
  assertEquals(kind.keys({ state: "idle" }), ["a"]);
  assertEquals(kind.get("a").context.seen, ["x", "y"]);
  assertEquals([cleaned, stage.clock.timers], [[], 0]);
  assertEquals(actor.at(2).run.number, 2); // It is the same life.
});

Deno.test("inspect() of a key that is idle with its context", async () => {
  await using stage = new KindStage();
  const { kind, a } = new Remembering(stage);
  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(kind.inspect("a"), {
    kind: "k",
    key: "a",
    state: "idle",
    version: a.version,
    owed: false,
    messages: 0,
    dueIn: undefined,
    running: 0,
    failures: 0,
    held: false,
    suspended: false,
  });
});

Deno.test("Reading context makes it, once; inspect() and keys() do not", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(stage);
  const { kind, a } = remembering;
  kind.inspect("a");
  kind.keys();
  assertEquals([remembering.made, kind.keys()], [0, []]);

  a.context.seen.push("written");
  assertStrictEquals(kind.get("a").context, a.context);
  assertEquals([remembering.made, kind.keys()], [1, ["a"]]);
  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals([a.context.seen, remembering.made], [["written", "x"], 1]);
});

Deno.test("passivateAfter: an idle context is dropped when that time has passed, not before", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(stage, { passivateAfter: 100 });
  const { kind, a } = remembering;
  kind.enqueue("a", "x");
  await stage.pass(99);
  assertEquals([kind.keys(), remembering.ids], [["a"], []]);
  await stage.pass(1);

  assertEquals([kind.keys(), stage.clock.timers], [[], 0]);
  assertEquals(remembering.cleaned, [[1, { kind: "k", key: "a" }]]);
  assertEquals(a.context.id, 2); // A new one.
  assertEquals(a.context.seen, []);
  await stage.pass(100); // Which was not used since.
  assertEquals([kind.keys(), remembering.ids], [[], [1, 2]]);
});

Deno.test("passivateAfter counts from the end of the last run", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(
    stage,
    { passivateAfter: 100 },
    { isPuppet: true },
  );
  const { kind, actor } = remembering;
  kind.enqueue("a", "x");
  await stage.pass(250); // It runs: it is not idle.
  actor.at(1).succeed();
  await stage.pass(60);
  kind.enqueue("a", "y"); // It is used again.
  await stage.settle();
  actor.at(2).succeed();
  await stage.pass(99);
  assertEquals(remembering.ids, []);
  await stage.pass(1);

  assertEquals(remembering.ids, [1]);
});

Deno.test("passivateAfter drops nothing that is delayed, suspended, held or owed", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(stage, {
    passivateAfter: 10,
    whenExhausted: "hold",
    run: ({ key }) => {
      if (key === "held") throw new Error("failure");
    },
  });
  const { kind } = remembering;
  kind.enqueue("held", "x");
  kind.enqueue("delayed", "x", { delay: 500 });
  const suspension = kind.get("suspended").suspend();
  kind.get("suspended").context;
  kind.enqueue("parked", "x");
  const parked = kind.get("parked").suspend();
  await stage.pass(400, 5);
  const all = ["held", "delayed", "suspended", "parked"].toSorted();
  assertEquals([kind.keys().toSorted(), remembering.ids], [all, []]);

  suspension.resume();
  parked.resume();
  kind.get("held").cancel();
  await stage.pass(10);
  assertEquals(kind.keys(), ["delayed"]);
  await stage.pass(100);

  assertEquals([kind.keys(), remembering.ids.length], [[], 4]);
});

const USES: Readonly<
  Record<string, (item: WorkItem<Memory, unknown, string, string>) => unknown>
> = {
  "enqueued with a delay": (item) => item.enqueue("x", { delay: 200 }),
  "suspended": (item) => item.suspend(),
  "suspended and owed": (item) => {
    item.suspend();
    item.enqueue("x");
  },
  "running": (item) => item.enqueue("x"),
  "in backoff": (item) => item.enqueue("bad"),
};
for (const [use, act] of Object.entries(USES)) {
  Deno.test(`passivateAfter: a key that is ${use} shortly before its time is kept`, async () => {
    await using stage = new KindStage();
    const remembering = new Remembering(
      stage,
      { passivateAfter: 100, retry: [500] },
      { isPuppet: true },
    );
    const { kind, a, actor } = remembering;
    const memory = a.context;
    await stage.pass(99);

    act(a);
    await stage.settle();
    if (use === "in backoff") actor.at(1).fail("failure");
    await stage.pass(100);

    assertEquals([kind.keys(), remembering.ids], [["a"], []]);
    assertStrictEquals(a.context, memory);
    actor.acts.forEach(({ succeed }) => succeed());
  });
}

Deno.test("passivateAfter: 0 drops a context as soon as the key is idle", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(stage, { passivateAfter: 0 });
  remembering.kind.enqueue("a", "x");
  await stage.settle();
  await stage.pass(1);

  assertEquals([remembering.kind.keys(), remembering.ids], [[], [1]]);
});

Deno.test("passivateAfter: 10,000 idle keys need one host timer", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(stage, { passivateAfter: 100 });
  for (let n = 0; n < 10_000; n++) remembering.kind.enqueue(`${n}`, "x");
  await stage.settle();

  assertEquals([remembering.kind.keys().length, stage.clock.timers], [
    10_000,
    1,
  ]);
  await stage.pass(100, 10);

  assertEquals([remembering.kind.keys(), stage.clock.timers], [[], 0]);
  assertEquals(remembering.ids.length, 10_000);
});

Deno.test("A key that is passivated is forgotten only when its cleanup has ended; its next run waits", async () => {
  await using stage = new KindStage();
  const slow = new Remembering(stage, { passivateAfter: 10 }, { isSlow: true });
  const { kind, a, actor } = slow;
  a.context.seen.push("old");
  await stage.pass(10);
  assertEquals(slow.ids, [1]);

  assertEquals(kind.enqueue("a", "x"), "queued");
  assertEquals(kind.enqueue("a", "y"), "coalesced");
  assertEquals([a.state, slow.made], ["queued", 2]); // Made at the enqueue.
  await stage.pass(50);
  assertEquals(actor.acts.length, 0);
  slow.ends[0]?.();
  await stage.settle();

  assertEquals(actor.log, ["a#1@60 x,y"]);
  assertEquals([actor.at(1).run.context.id, a.context.seen], [2, ["x", "y"]]);
  slow.ends.splice(0);
  await stage.pass(10);
  slow.ends[0]?.();
});

Deno.test("What is asked of a key during its cleanup is answered afterwards", async () => {
  await using stage = new KindStage();
  const slow = new Remembering(stage, { passivateAfter: 10 }, { isSlow: true });
  const { kind, a, actor } = slow;
  a.context;
  await stage.pass(10);

  assertEquals(kind.enqueue("a", "later", { delay: 30 }), "delayed");
  await stage.pass(40);
  assertEquals([actor.acts.length, a.state], [0, "queued"]);
  const answer = peek(kind.request("a", "asked"));
  const flush = peek(a.flush());
  const idle = peek(stage.scheduler.idle());
  await stage.pass(10);
  assertEquals(
    [answer.now, flush.now, idle.now],
    ["pending", "pending", "pending"],
  );
  slow.ends[0]?.();
  await stage.settle();

  assertEquals([answer.now, flush.now, idle.now], [2, undefined, undefined]);
  assertEquals(actor.log, ["a#1@60 later,asked"]);
  slow.ends.splice(0);
  await stage.pass(10);
  slow.ends[0]?.();
});

Deno.test("A delay that outlasts the cleanup ends at its own time", async () => {
  await using stage = new KindStage();
  const slow = new Remembering(stage, { passivateAfter: 10 }, { isSlow: true });
  slow.a.context;
  await stage.pass(10);
  slow.kind.enqueue("a", "x", { delay: 50 });
  await stage.pass(20);
  slow.ends[0]?.();
  await stage.pass(100, 1);

  assertEquals(slow.actor.log, ["a#1@60 x"]);
  slow.ends.forEach((end) => end());
});

Deno.test("cancel() during the cleanup takes back what came, and it is a new key afterwards", async () => {
  await using stage = new KindStage();
  const slow = new Remembering(stage, { passivateAfter: 10 }, { isSlow: true });
  const { kind, a, actor } = slow;
  a.context;
  await stage.pass(10);
  kind.enqueue("a", "x");

  assertEquals(a.cancel(), ["x"]);
  slow.ends[0]?.();
  await stage.settle();
  assertEquals([actor.acts.length, a.state], [0, "idle"]);
  kind.enqueue("a", "y");
  await stage.settle();

  assertEquals(actor.acts.map(({ messages }) => messages), [["y"]]);
  await stage.pass(50);
  slow.ends.forEach((end) => end());
});

Deno.test("Reading context during the cleanup makes a new one, which the next run has", async () => {
  await using stage = new KindStage();
  const slow = new Remembering(stage, { passivateAfter: 10 }, { isSlow: true });
  const { kind, a, actor } = slow;
  const old = a.context;
  await stage.pass(10);

  const made = a.context;
  assertNotEquals(made.id, old.id);
  kind.enqueue("a", "x");
  slow.ends[0]?.();
  await stage.settle();

  assertStrictEquals(actor.at(1).run.context, made);
  await stage.pass(50);
  slow.ends.forEach((end) => end());
});

Deno.test("A cleanup that enqueues its own key is answered by a run with a new context", async () => {
  await using stage = new KindStage();
  let isFirst = true;
  const remembering = new Remembering(stage, {
    passivateAfter: 10,
    cleanup: (_, { key = "" }) => {
      if (isFirst) remembering.kind.enqueue(key, "from cleanup");
      isFirst = false;
    },
  });
  remembering.a.context;
  await stage.pass(11);

  const [{ run, messages } = { run: undefined, messages: [] }] =
    remembering.actor.acts;
  assertEquals([run?.context.id, messages], [2, ["from cleanup"]]);
});

Deno.test("What a cleanup throws or rejects with goes to onError; the key goes on", async () => {
  for (
    const cleanup of [
      () => {
        throw new RangeError("broken");
      },
      () => Promise.reject(new RangeError("broken")),
    ]
  ) {
    await using stage = new KindStage();
    const { kind, a, actor } = new Remembering(stage, {
      passivateAfter: 10,
      cleanup,
    });
    a.context;
    await stage.pass(10);
    assertEquals(stage.takeTold(), ["onError RangeError"]);

    kind.enqueue("a", "x");
    await stage.settle();
    assertEquals(actor.acts.length, 1);
    await stage.pass(20);
    assertEquals(stage.takeTold(), ["onError RangeError"]);
    assertEquals(kind.keys(), []);
  }
});

Deno.test("cleanup is called once for each context, whatever ends it", async () => {
  await using stage = new KindStage();
  const remembering = new Remembering(stage, { passivateAfter: 10 });
  const { kind } = remembering;
  for (const key of ["passivated", "deleted", "closed"]) kind.get(key).context;
  await kind.get("deleted").delete();
  await stage.pass(5);
  kind.enqueue("closed", "x");
  await stage.pass(5);
  kind.get("suspended").suspend(); // With a context or without.
  assertEquals(remembering.ids, [2, 1]);

  await stage.close();

  const all = Array.from({ length: remembering.made }, (_, n) => n + 1);
  assertEquals(remembering.ids.toSorted(), all);
  assertGreater(all.length, 2);
});

Deno.test("close() awaits the cleanup of a passivated key that is under way", async () => {
  await using stage = new KindStage();
  const slow = new Remembering(stage, { passivateAfter: 10 }, { isSlow: true });
  slow.a.context;
  await stage.pass(10);

  const closing = peek(stage.scheduler.close());
  await stage.settle();
  assertEquals(closing.now, "pending");
  slow.ends[0]?.();
  await stage.settle();

  assert(closing.now !== "pending");
  assertEquals(slow.ids, [1]);
});

Deno.test("A kind without context but with passivateAfter forgets keys at once", async () => {
  await using stage = new KindStage();
  const { kind } = stage.cast({ passivateAfter: 1_000 }, { plan: () => {} });
  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals([kind.keys(), stage.clock.timers], [[], 0]);
});

Deno.test("100,000 keys one after the other leave nothing behind", async () => {
  await using stage = new KindStage();
  let runs = 0;
  const kind = stage.scheduler.define("k", { run: () => void runs++ });
  for (let n = 0; n < 100_000; n++) {
    kind.enqueue(`${n}`);
    if (n % 1_000 === 0) await stage.settle();
  }
  await stage.settle();

  assertEquals([runs, kind.keys()], [100_000, []]);
});

Deno.test("Thousands of keys that come and go take nothing of the others", async () => {
  await using stage = new KindStage({ concurrency: 4, maxOwed: 100_000 });
  const { scheduler, clock } = stage;
  const seen = new Map<string, string[]>();
  const kind = scheduler.define("many", {
    message: type<string>(),
    run({ key, messages, number }): void {
      assertEquals(number, 1, "a forgotten key begins anew");
      seen.set(key, [...seen.get(key) ?? [], ...messages]);
    },
  });
  for (let n = 0; n < 1_500; n++) {
    kind.enqueue(`later ${n}`, "once", { delay: 1_000 });
  }
  const held = kind.get("suspended").suspend();
  kind.enqueue("suspended", "kept");

  for (let round = 1; round <= 5; round++) {
    for (let n = 0; n < 3_000; n++) kind.enqueue(`now ${n}`, `${round}`);
    await stage.settle();
    assertEquals(kind.keys().length, 1_501, "the idle ones are forgotten");
    assertEquals(kind.inspect("now 0"), undefined);
  }
  clock.advance(1_000);
  held.resume();
  await stage.settle();

  assertEquals(kind.keys(), []);
  assertEquals(seen.size, 3_000 + 1_500 + 1);
  for (const [key, messages] of seen) {
    const isNow = key.startsWith("now");
    const wanted = isNow ? "1,2,3,4,5" : key === "suspended" ? "kept" : "once";
    assertEquals(messages.join(), wanted, key);
  }
});
