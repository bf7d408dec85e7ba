/** Any callback may call any method of its own key: from each of them, each
 * operation, and no message is lost, doubled or out of order. */
import { assertEquals } from "@std/assert";
import type { CloseReport, Kind, KindOptions, Schema } from "../../mod.ts";
import { Actor, KindStage, nameOf } from "./support/kinds_stage.ts";
import { peek } from "./support/stage.ts";

const SITES = [
  ...["schema", "context", "merge", "fold back", "run", "retry"],
  ...["undelivered", "onError", "cleanup"],
  ...["enqueued", "started", "ended", "retried", "held", "deleted"],
] as const;
type Site = (typeof SITES)[number];

const OPERATIONS = [
  ...["enqueue", "enqueue delayed", "request", "flush", "idle"],
  ...["cancel", "cancel running", "suspend", "reset", "delete", "close"],
] as const;
type Operation = (typeof OPERATIONS)[number];

const RUN_MS = 3;
const RESUME_MS = 20;
const PASSIVATE_MS = 50;

/** One key, whose story is always the same but for one operation that one of
 * its callbacks does, once. Messages that hold `bad` fail, those that hold
 * `flaky` at their first attempt. */
class Play extends KindStage {
  readonly kind: Kind<unknown, unknown, string, string>;
  readonly actor: Actor<string, unknown> = new Actor(this);
  /** Messages in the order in which they were accepted. */
  readonly accepted: string[] = [];
  /** Messages that ended elsewhere than in a run that succeeded. */
  readonly ended: string[] = [];
  /** Promises that have to settle. */
  readonly waits: { readonly now: unknown }[] = [];
  /** Has the site been reached? */
  isDone = false;
  readonly #site: Site;
  readonly #operation: Operation;
  readonly #isMerging: boolean;
  readonly #resumes: { readonly atMs: number; readonly resume: () => void }[] =
    [];

  constructor(site: Site, operation: Operation, isMerging: boolean) {
    const hooks = { onError: (_: readonly string[]): void => {} };
    super({
      onError: (_, { messages = [] }) => hooks.onError(messages.map(String)),
    });
    hooks.onError = (messages) => {
      this.#tell(messages);
      this.#visit("onError");
    };
    this.#site = site;
    this.#operation = operation;
    this.#isMerging = isMerging;
    for (const name of ["enqueued", "started", "ended", "deleted"] as const) {
      this.scheduler.observe({ [name]: () => this.#visit(name) });
    }
    this.scheduler.observe({
      retried: () => this.#visit("retried"),
      held: () => this.#visit("held"),
    });
    this.kind = this.scheduler.define("k", this.#options());
  }

  #options(): KindOptions<unknown, unknown, string, string> {
    const visit = (site: Site): void => this.#visit(site);
    const message: Schema<string> = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value) => {
          visit("schema");
          return { value: value as string };
        },
      },
    };
    return {
      message,
      context: () => visit("context"),
      run: (run) => {
        visit("run");
        return this.actor.run(run);
      },
      ...(this.#isMerging
        ? {
          merge: (older: string, newer: string): string => {
            visit(/flaky|bad/.test(older) ? "fold back" : "merge");
            return `${older}+${newer}`;
          },
        }
        : {}),
      retry: (attempt) => {
        visit("retry");
        return attempt === 1 ? 10 : undefined;
      },
      whenExhausted: this.#site === "held" ? "hold" : "release",
      ...(this.#site === "onError" ? {} : {
        undelivered: (messages: readonly string[]): void => {
          this.#tell(messages);
          visit("undelivered");
        },
      }),
      passivateAfter: PASSIVATE_MS,
      cleanup: () => visit("cleanup"),
    };
  }

  /** The site has been reached: does the operation, if it is the one. */
  #visit(site: Site): void {
    if (site !== this.#site || this.isDone) return;
    this.isDone = true;
    try {
      this.#operate();
    } catch { // It may have been deleted or closed.
    }
  }

  #operate(): void {
    const item = this.kind.get("a");
    const operation = this.#operation;
    if (operation === "enqueue") this.enqueue("inner");
    if (operation === "enqueue delayed") this.enqueue("inner", 7);
    if (operation === "request") this.#request();
    if (operation === "flush") this.waits.push(peek(item.flush()));
    if (operation === "idle") this.waits.push(peek(item.idle()));
    if (operation === "cancel") this.#tell(item.cancel());
    if (operation === "cancel running") {
      this.#tell(item.cancel({ running: true }));
    }
    if (operation === "reset") item.reset();
    if (operation === "delete") this.#delete();
    if (operation === "close") this.#close();
    if (operation === "suspend") {
      const { resume } = bound(item.suspend());
      this.#resumes.push({ atMs: this.clock.now() + RESUME_MS, resume });
    }
  }

  enqueue(message: string, delay = 0): void {
    // Observers are told of what has been accepted, all others before that.
    const isTold = this.#site === "enqueued";
    const { length } = this.accepted;
    if (isTold) this.accepted.push(message);
    try {
      this.kind.enqueue("a", message, { delay });
    } catch (error) {
      if (isTold) this.accepted.splice(length, 1);
      throw error;
    }
    if (!isTold) this.accepted.push(message);
  }

  /** A message with a waiter ends with it, if it does not end in a run. */
  #request(): void {
    const answer = this.kind.request("a", "asked");
    this.accepted.push("asked");
    this.waits.push(peek(answer));
    answer.catch((error) => {
      if (nameOf(error) !== "HeldError") this.ended.push("asked");
    });
  }

  #delete(): void {
    const deletion = this.kind.get("a").delete();
    this.waits.push(peek(deletion));
    deletion.then((dropped) => this.#tell(dropped));
  }

  #close(): void {
    const closing = this.scheduler.close({ grace: 30 });
    this.waits.push(peek(closing));
  }

  readonly #tell = (messages: readonly string[] | undefined): void => {
    for (const message of messages ?? []) this.ended.push(...parts(message));
  };

  /** Lets time pass. A run ends after its time; a hold is reset in the end. */
  async live(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed++) {
      await this.pass(1);
      const nowMs = this.clock.now();
      for (const act of this.actor.acts) {
        const text = act.messages.join();
        const fails = text.includes("bad") ||
          (text.includes("flaky") && act.run.attempt === 1);
        if (nowMs - act.atMs !== RUN_MS) continue;
        if (fails) act.fail("failure");
        else act.succeed();
      }
      for (const { atMs, resume } of this.#resumes) {
        if (atMs === nowMs) resume();
      }
    }
    await this.settle();
  }

  /** What each play tells of. */
  async tell(): Promise<void> {
    const say = (message: string): void => {
      try {
        this.enqueue(message);
      } catch { // It is being deleted, or the scheduler closed.
      }
    };
    say("ok1");
    say("ok2");
    await this.live(10);
    say("flaky3"); // Fails once.
    await this.live(2);
    say("ok4");
    await this.live(30);
    say("bad5"); // Fails for good, and takes "ok6" with it.
    await this.live(2);
    say("ok6");
    await this.live(15);
    say("ok7");
    await this.live(40);
    this.kind.get("a").reset();
    await this.live(PASSIVATE_MS + 20);
    if (this.#site === "deleted") this.#delete();
    say("ok8");
    await this.live(40);
    say("ok9");
    await this.live(30);
  }

  /** The report of what is left: of what a hold kept, most often. */
  async end(): Promise<void> {
    const { aborted, left, stuck }: CloseReport = await this.close({
      grace: 50,
    });
    for (const { messages } of [...aborted, ...left, ...stuck]) {
      this.#tell(messages as readonly string[]);
    }
  }

  /** What runs have handled that succeeded, in order. */
  get handled(): string[] {
    return this.actor.acts.filter(({ hasFailed }) => !hasFailed)
      .flatMap(({ messages }) => messages.flatMap(parts));
  }
}

function bound(suspension: { resume(): void }): { resume: () => void } {
  return { resume: () => suspension.resume() };
}

/** What has been merged into it. */
function parts(message: string): string[] {
  return message.split("+");
}

/** Sites that are not reached without a merge, or not with one. */
function exists(site: Site, isMerging: boolean): boolean {
  return isMerging || (site !== "merge" && site !== "fold back");
}

for (const site of SITES) {
  for (const operation of OPERATIONS) {
    for (const isMerging of [false, true]) {
      if (!exists(site, isMerging)) continue;
      const how = isMerging ? ", merged" : "";
      Deno.test(`${operation} from ${site}: nothing is lost, doubled or out of order${how}`, async () => {
        await using play = new Play(site, operation, isMerging);
        await play.tell();
        await play.end();

        assertEquals(play.isDone, true, "the site was not reached");
        const { accepted, ended, handled, waits } = play;
        // A merged message that somebody waits for may be told twice: to the
        // one who waits, and with its other parts.
        const isTwice = isMerging && operation === "request";
        const all = [...handled, ...ended];
        assertEquals(
          (isTwice ? [...new Set(all)] : all).toSorted(),
          accepted.toSorted(),
          `handled ${handled}; ended ${ended}`,
        );
        const inOrder = accepted.filter((message) => handled.includes(message));
        assertEquals(handled, inOrder);
        assertEquals(waits.filter(({ now }) => now === "pending"), []);
      });
    }
  }
}

Deno.test("undelivered may enqueue what failed again: it is a first attempt", async () => {
  await using stage = new KindStage();
  let isBroken = true;
  const { kind, actor } = stage.cast({
    undelivered(messages, { key = "" }): void {
      isBroken = false;
      for (const message of messages) kind.enqueue(key, `again ${message}`);
    },
  }, {
    plan: () => {
      if (isBroken) throw new Error("failure");
    },
  });

  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(actor.acts.map(({ messages }) => messages), [["x"], [
    "again x",
  ]]);
  assertEquals(actor.at(2).run.attempt, 1);
});

Deno.test("An observer that cancels the retry it is told of gets its messages", async () => {
  await using stage = new KindStage();
  const { kind, a, actor } = stage.cast({ retry: [10] }, {
    plan: () => Promise.reject("failure"),
  });
  let taken: readonly string[] | undefined;
  stage.scheduler.observe({ retried: () => taken = a.cancel() });

  kind.enqueue("a", "x");
  await stage.pass(50);

  assertEquals([taken, actor.acts.length, stage.clock.timers], [["x"], 1, 0]);
});

Deno.test("An observer that resets the hold it is told of starts a first attempt", async () => {
  await using stage = new KindStage();
  let runs = 0;
  const { kind, a, actor } = stage.cast({ whenExhausted: "hold" }, {
    plan: () => {
      if (runs++ === 0) throw new Error("failure");
    },
  });
  stage.scheduler.observe({ held: () => a.reset() });

  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(actor.log.map((line) => line.slice(2)), ["1@0 x", "2@0 x"]);
  assertEquals(a.state, "idle");
});

Deno.test("A run that cancels itself ends its attempts", async () => {
  await using stage = new KindStage();
  const { undelivered } = stage;
  const { kind, actor } = stage.cast({ retry: [10], undelivered }, {
    plan: ({ item, signal }) => {
      item.enqueue("newer");
      assertEquals(item.cancel({ running: true }), ["newer"]);
      signal.throwIfAborted();
    },
  });

  kind.enqueue("a", "x");
  await stage.pass(50);

  assertEquals(actor.acts.length, 1);
  assertEquals(stage.takeTold(), ["undelivered [x] CancelledError x1"]);
});

Deno.test("A run that suspends its own key: its rerun waits for resume()", async () => {
  await using stage = new KindStage();
  let resume: () => void = () => {};
  const { kind, actor } = stage.cast({}, {
    plan: ({ item, number }) => {
      if (number === 1) resume = bound(item.suspend()).resume;
    },
  });
  kind.enqueue("a", "x");
  await stage.settle();
  kind.enqueue("a", "y");
  await stage.pass(10);
  assertEquals([kind.get("a").state, actor.acts.length], ["suspended", 1]);

  resume();
  await stage.settle();

  assertEquals(actor.log[1], "a#2@10 y");
});
