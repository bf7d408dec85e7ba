/** The state × operation table of DESIGN.md §3 for items with messages, delays,
 * retries and holds: each line of support/kinds_table.ts is a test. It is
 * played for keys of a kind and for single items, for each `whenRunning` it
 * holds for, with and without options, bare and observed.
 *
 * Each play also counts: what was accepted ended in exactly one place. */
import { assertEquals } from "@std/assert";
import type {
  CloseReport,
  Inspection,
  ItemName,
  Kind,
  Suspension,
  Timing,
  WhenRunning,
  WorkItem,
  WorkItemOptions,
} from "../../mod.ts";
import { Recorder } from "../../src/testing/mod.ts";
import { Actor, list, nameOf } from "./support/kinds_stage.ts";
import { microtasks, Stage } from "./support/stage.ts";
import { TABLE } from "./support/kinds_table.ts";

const STATES = [
  ...["idle", "delayed", "queued", "paused+queued"],
  ...["running", "running+delayed", "running+owed"],
  ...["backoff", "backoff+newer", "held", "held+newer"],
  ...["suspended", "suspended+owed", "suspended+delayed"],
  ...["suspended+backoff", "suspended+held"],
  ...["suspended+running", "suspended+running+owed"],
  ...["suspended+running+delayed"],
  ...["deleting+queued", "deleting+running", "deleting+running+owed"],
  ...["deleting+cleanup", "deleted", "passivating", "passivating+queued"],
  ...["closed+idle", "closed+queued", "closed+running"],
  ...["closed+running+owed"],
];
/** Which states an operation is possible in, if not in all. */
const NEEDS: Readonly<Record<string, string>> = {
  "succeed": "running",
  "fail": "running",
  "fail last": "running",
  "fail and hold": "running",
  "cancel running and fail": "running",
  "resume": "suspended",
};
const BACKOFF_MS = 140;
const DELAY_MS = 100;
const RUN_MS = 20;
const RESUME_MS = 60;
const RESET_MS = 300;
const PASSIVATE_MS = 1_000;

/** What an item is made with, and who looks. */
interface Variant {
  /** `"plain"`: nothing but a callback. */
  readonly way: WhenRunning | "plain";
  readonly home: "kind" | "item";
  readonly isObserved: boolean;
}

interface Cell extends Variant {
  readonly operation: string;
  readonly state: string;
}

const WAYS = ["plain", "rerun", "overlap", "restart", "skip"] as const;
const VARIANTS: readonly Variant[] = WAYS.flatMap((way) =>
  (["kind", "item"] as const).flatMap((home) =>
    [false, true].map((isObserved) => ({ way, home, isObserved }))
  )
);

/** Can the state be reached, and the operation be done, with these options? */
function isPossible({ operation, state, way, home }: Cell): boolean {
  const isRetried = /backoff|held/.test(state) ||
    operation === "fail" || operation === "fail and hold";
  if (way === "overlap" && isRetried) return false; // It refuses them.
  const isCleaned = /cleanup|passivating/.test(state);
  if (way === "plain" && (isRetried || isCleaned)) return false;
  // It refuses what comes while it is not idle.
  if (way === "skip" && /running\+|newer/.test(state)) return false;
  const isOfKinds = state.startsWith("passivating") || operation === "inspect";
  return home === "kind" || !isOfKinds;
}

type Options = WorkItemOptions<unknown, unknown, string, string>;

/** An item in one of the states, and the means to bring it there. */
class Scene extends Stage {
  readonly cell: Cell;
  readonly actor: Actor<string, unknown> = new Actor(this);
  readonly item: WorkItem<unknown, unknown, string, string>;
  readonly kind: Kind<unknown, unknown, string, string> | undefined;
  /** Messages that enqueues have accepted. */
  readonly accepted: string[] = [];
  /** Where messages ended that no run handled, in words. */
  readonly fates: string[];
  /** The messages of those. */
  readonly ended: unknown[];
  /** The time of the operation: all others are counted from it. */
  zeroMs = 0;
  #suspensions: Suspension[] = [];
  #isCleaningSlow: boolean;
  #cleaned: () => void = () => {};
  #mayRetry = true;

  constructor(cell: Cell) {
    const fates: string[] = [];
    const ended: unknown[] = [];
    super({
      onError: (error, { messages }) => {
        ended.push(...messages ?? []);
        const what = messages === undefined ? "" : ` ${list(messages)}`;
        fates.push(`reported${what}${asError(error)}`);
      },
    });
    this.cell = cell;
    this.fates = fates;
    this.ended = ended;
    const { state, home, isObserved } = cell;
    if (isObserved) this.scheduler.observe(new Recorder());
    this.#isCleaningSlow = /cleanup|passivating/.test(state);
    const scope = this.scheduler.createScope();
    const options = this.#options();
    const passivateAfter = state.startsWith("passivating")
      ? PASSIVATE_MS
      : undefined;
    this.kind = home === "kind"
      ? scope.define("k", { ...options, passivateAfter })
      : undefined;
    this.item = this.kind?.get("a") ??
      scope.createWorkItem({ ...options, key: "a" });
  }

  #options(): Options {
    const { way, state, operation } = this.cell;
    const run = (
      run: Parameters<Actor<string, unknown>["run"]>[0],
    ): unknown => {
      if (way !== "plain") run.signal; // Who never looks has a shorter way.
      return this.actor.run(run);
    };
    if (way === "plain") return { run };
    const isHeld = /held/.test(state) || operation === "fail and hold";
    const retry = (): number | undefined =>
      this.#mayRetry ? BACKOFF_MS : undefined;
    return {
      run,
      whenRunning: way,
      undelivered: (messages, { error }) => {
        this.ended.push(...messages);
        this.fates.push(`undelivered ${list(messages)}${asError(error)}`);
      },
      ...(way === "overlap" ? {} : { retry }),
      ...(isHeld ? { whenExhausted: "hold" } : {}),
      ...(this.#isCleaningSlow
        ? { context: () => ({}), cleanup: () => this.#clean() }
        : {}),
    };
  }

  #clean(): unknown {
    if (!this.#isCleaningSlow) return undefined;
    return new Promise<void>((resolve) => this.#cleaned = resolve);
  }

  enqueue(message: string, timing?: Timing): string {
    const outcome = this.item.enqueue(message, timing);
    if (outcome !== "skipped") this.accepted.push(message);
    return outcome;
  }

  /** What takes a while on the way to the state: runs, and their failure. */
  async begin(): Promise<void> {
    const words = this.cell.state.split("+");
    if (words.some((word) => /running|backoff|held/.test(word))) {
      this.enqueue("a");
      await microtasks();
    }
    if (words.some((word) => /backoff|held/.test(word))) {
      this.#mayRetry = words.includes("backoff");
      this.actor.at(1).fail("failure");
      await microtasks();
    }
    if (words.includes("passivating")) {
      this.item.context; // It makes the context.
      this.clock.advance(PASSIVATE_MS);
      await microtasks();
    }
    if (/deleted|cleanup/.test(this.cell.state)) {
      if (words.includes("cleanup")) this.item.context; // It makes one.
      this.item.delete();
      await microtasks();
    }
    this.zeroMs = this.clock.now();
  }

  /** The rest of the way, at once: the operation finds it undone. */
  arrange(): void {
    const words = this.cell.state.split("+");
    if (words.includes("paused")) this.scheduler.pause();
    if (words.includes("suspended")) this.#suspend();
    if (words.includes("delayed")) this.enqueue("b", { delay: DELAY_MS });
    if (/owed|queued|newer/.test(this.cell.state)) this.enqueue("b");
    if (/deleting\+[qr]/.test(this.cell.state)) this.item.delete();
    if (words[0] === "closed") this.scheduler.close();
  }

  #suspend(): string {
    this.#suspensions.push(this.item.suspend());
    return "handle";
  }

  /** Does what the table says. */
  act(operation: string): unknown {
    const { item, kind } = this;
    const [word, delay, reschedule] = operation.split(" ");
    if (word === "in") {
      const timing = { delay: Number(delay), reschedule } as Timing;
      return this.enqueue("m", timing);
    }
    if (operation === "enqueue") return this.enqueue("m");
    if (operation === "request") return this.#request();
    if (operation === "cancel") return this.#taken(item.cancel());
    if (operation === "cancel running") return this.#cancelRunning();
    if (operation === "flush") return item.flush();
    if (operation === "idle") return item.idle();
    if (operation === "suspend") return this.#suspend();
    if (operation === "delete") return item.delete().then(this.#taken);
    if (operation === "inspect") return described(kind?.inspect("a"));
    if (operation === "close") return this.#close();
    if (operation === "cancel running and fail") {
      const taken = this.#cancelRunning();
      this.actor.at(1).run.signal; // Later it would say nothing.
      this.actor.at(1).fail("failure");
      return taken;
    }
    if (operation === "succeed") this.actor.at(1).succeed();
    if (operation === "reset") item.reset();
    if (operation === "resume") this.#resume();
    if (operation.startsWith("fail")) {
      this.#mayRetry = operation === "fail";
      this.actor.at(1).fail("failure");
    }
    return "done";
  }

  #cancelRunning(): string {
    return this.#taken(this.item.cancel({ running: true }));
  }

  /** It is accepted unless the promise says otherwise. */
  #request(): Promise<unknown> {
    this.accepted.push("m");
    return this.item.request("m").catch((error) => {
      const isKept = nameOf(error) === "HeldError";
      if (!isKept) this.accepted.splice(this.accepted.indexOf("m"), 1);
      throw error;
    });
  }

  readonly #taken = (messages: readonly string[] | undefined): string => {
    this.ended.push(...messages ?? []);
    return messages === undefined ? "undefined" : `[${list(messages)}]`;
  };

  async #close(): Promise<string> {
    await this.scheduler.close();
    return "report";
  }

  #resume(): void {
    for (const suspension of this.#suspensions.splice(0)) suspension.resume();
  }

  /** Lets time pass until nothing is left. */
  async finish(): Promise<void> {
    for (let atMs = RUN_MS; atMs <= RESET_MS + 2 * RUN_MS; atMs += RUN_MS) {
      const begun = [...this.actor.acts];
      this.clock.advance(RUN_MS);
      if (atMs === RESUME_MS) {
        this.#isCleaningSlow = false;
        this.#cleaned();
        this.#resume();
        this.scheduler.resume();
      }
      if (atMs === RESET_MS) this.item.reset();
      for (const { run, succeed } of begun) succeed(`run ${run.number}`);
      await microtasks();
    }
  }

  /** What the report says of messages, if it was or will be closed. */
  async report(): Promise<void> {
    const { aborted, left, stuck }: CloseReport = await this.close();
    for (const [what, entries] of Object.entries({ aborted, left, stuck })) {
      for (const { messages } of entries) {
        this.ended.push(...messages);
        this.fates.push(`${what} ${list(messages)}`);
      }
    }
  }

  /** The facts that can be seen of the item, which is the only one. */
  facts(): string {
    const { state } = this.item;
    const seen = this.kind === undefined ? this.#counted() : this.#inspected();
    return [state, ...seen.filter((fact) => fact !== state)].join("+");
  }

  /** By the counts of the scheduler, each of which has an item where it stands:
   * one that is suspended and delayed counts as suspended. */
  #counted(): string[] {
    const { owed, running, suspended, held, backoff, delayed } = this.scheduler
      .snapshot();
    const facts = { running, held, suspended, backoff, delayed };
    const seen: string[] = Object.entries(facts)
      .filter(([, count]) => count !== 0).map(([fact]) => fact);
    const isTimed = held + backoff + delayed !== 0;
    const isQueued = this.item.state === "queued";
    return owed !== 0 && !isTimed && !isQueued ? [...seen, "owed"] : seen;
  }

  /** By what `inspect()` says. It and the counts must not contradict each
   * other, and it neither makes nor wakes the key. */
  #inspected(): string[] {
    const { kind, item, scheduler } = this;
    const keys = kind?.keys() ?? [];
    const found = kind?.inspect("a");
    const counts = scheduler.snapshot();
    assertEquals(kind?.keys(), keys);
    assertEquals(keys.includes("a"), found !== undefined);
    assertEquals(found?.state ?? item.state, item.state);
    assertEquals(found?.version ?? item.version, item.version);
    assertEquals(found?.owed ?? false, counts.owed !== 0);
    assertEquals(found?.running ?? 0, counts.running);
    assertEquals(found?.suspended ?? false, counts.suspended !== 0);
    assertEquals(found?.held ?? false, counts.held !== 0);
    if (found === undefined) return [];
    const { owed, running, held, suspended, dueIn, failures, state } = found;
    const isBackoff = dueIn !== undefined && failures !== 0 && running === 0;
    const isDelayed = dueIn !== undefined && !isBackoff;
    const isDue = owed && !held && dueIn === undefined && state !== "queued";
    const facts = {
      running: running !== 0,
      held,
      suspended,
      backoff: isBackoff,
      delayed: isDelayed,
      owed: isDue,
    };
    return Object.entries(facts).filter(([, is]) => is).map(([fact]) => fact);
  }

  /** Each accepted message was handled once, or told once. */
  checkConservation(): void {
    const handled = this.actor.acts.filter(({ hasFailed }) => !hasFailed)
      .flatMap(({ messages }) => messages);
    const found = [...handled, ...this.ended].map(String);
    assertEquals(found.sort(), [...this.accepted].sort(), "lost or doubled");
  }

  /** The runs, as `#2@140/2 a,m`. */
  runs(): string[] {
    return this.actor.acts.map(({ run, atMs, messages, hasFailed }) => {
      const attempt = run.attempt === 1 ? "" : `/${run.attempt}`;
      const mark = hasFailed ? "!" : "";
      const when = `${atMs - this.zeroMs}${attempt}`;
      return `#${run.number}${mark}@${when} ${list(messages)}`;
    });
  }
}

/** Errors of this package by name; the table's own is not mentioned. */
function asError(error: unknown): string {
  return error === "failure" ? "" : ` as ${nameOf(error)}`;
}

/** What an inspection says, in the table's words. */
function described(seen: Inspection | undefined): string {
  if (seen === undefined) return "undefined";
  const { kind, key }: ItemName = seen;
  assertEquals([kind, key], ["k", "a"]);
  const { state, owed, messages, dueIn, running, failures } = seen;
  const counts = Object.entries({ messages, dueIn, running, failures })
    .filter(([, count]) => count !== 0 && count !== undefined)
    .map(([what, count]) => `${what} ${count}`);
  const isAlso = seen.suspended && state !== "suspended";
  return [
    state,
    ...(owed ? ["owed"] : []),
    ...counts,
    ...(isAlso ? ["suspended"] : []),
  ].join(", ");
}

/** An answer, with its time if it is a promise's. */
function answerOf(scene: Scene, act: () => unknown): { words: string } {
  const answer = { words: "never" };
  const settled = (value: unknown): void => {
    const what = value === undefined ? "resolves" : nameOf(value);
    answer.words = `${what}@${scene.clock.now() - scene.zeroMs}`;
  };
  try {
    const result = act();
    if (result instanceof Promise) result.then(settled, settled);
    else answer.words = String(result);
  } catch (error) {
    answer.words = nameOf(error);
  }
  return answer;
}

/** Plays one cell of the table and says how it went, in the table's words. */
async function play(cell: Cell): Promise<string> {
  await using scene = new Scene(cell);
  await scene.begin();
  scene.arrange();

  const answer = answerOf(scene, () => scene.act(cell.operation));
  if (NEEDS[cell.operation] === "running") await microtasks();
  const facts = scene.facts();
  await microtasks();
  const aborts = scene.actor.acts[0]?.run.signal.aborted === true;

  await scene.finish();
  await scene.report();
  scene.checkConservation();
  const aborting = aborts ? ", aborts" : "";
  const ends = [facts, ...scene.runs(), ...scene.fates].join("; ");
  return `${answer.words}${aborting} → ${ends}`;
}

interface Line {
  readonly tags: readonly string[];
  readonly text: string;
}

/** The lines of each cell, by `operation: state`. */
function readTable(): Map<string, Line[]> {
  const cells = new Map<string, Line[]>();
  let operations: readonly string[] = [];
  for (const line of TABLE.trim().split("\n")) {
    const cell = /^ +(\S+)(?: \[([\w ]+)\])? +(.*)$/.exec(line);
    if (cell === null) operations = line.split(", ");
    for (const operation of cell === null ? [] : operations) {
      const name = `${operation}: ${cell?.[1]}`;
      const tags = cell?.[2]?.split(" ") ?? [];
      const lines = cells.get(name) ?? [];
      cells.set(name, [{ tags, text: cell?.[3] ?? "" }, ...lines]);
    }
  }
  return cells;
}

const CELLS = readTable();
const OPERATIONS = new Set([...CELLS.keys()].map((name) => name.split(":")[0]));

/** What the table says of the cell. */
function expectationOf({ operation, state, way, home }: Cell): string {
  const fitting = (CELLS.get(`${operation}: ${state}`) ?? [])
    .filter(({ tags }) => tags.every((tag) => tag === way || tag === home));
  const most = Math.max(...fitting.map(({ tags }) => tags.length));
  const text = fitting.find(({ tags }) => tags.length === most)?.text ?? "none";
  const isLate = NEEDS[operation] === "running"; // See play().
  const [gone, closed] = home === "kind"
    ? ["idle", isLate ? "deleted" : "deleting"]
    : ["deleted", "deleted"];
  const stated = text.replace(/\bgone\b/, gone)
    .replace(/→ closed\b/, `→ ${closed}`);
  const counted = home === "kind"
    ? stated
    : stated.replace(/(suspended\+)(delayed|backoff)/, "$1owed");
  return way === "plain" ? counted.replace("undelivered", "reported") : counted;
}

for (const operation of OPERATIONS) {
  if (operation === undefined) continue;
  for (const state of STATES) {
    const cells = VARIANTS.map((variant) => ({ ...variant, operation, state }))
      .filter(isPossible);
    if (!state.includes(NEEDS[operation] ?? "") || cells.length === 0) continue;
    Deno.test(`${operation}: ${state}`, async () => {
      const found: Record<string, string> = {};
      const expected: Record<string, string> = {};
      for (const cell of cells) {
        const { way, home, isObserved } = cell;
        const name = `${way} ${home}${isObserved ? ", observed" : ""}`;
        found[name] = await play(cell).catch((error) => `fails: ${error}`);
        expected[name] = expectationOf(cell);
      }
      assertEquals(found, expected);
    });
  }
}

Deno.test("The table has a cell for each state and operation, and no other", () => {
  const wanted = [...OPERATIONS].flatMap((operation = "") =>
    STATES.filter((state) =>
      state.includes(NEEDS[operation] ?? "") &&
      VARIANTS.some((variant) => isPossible({ ...variant, operation, state }))
    ).map((state) => `${operation}: ${state}`)
  );

  assertEquals(new Set(CELLS.keys()), new Set(wanted));
  assertEquals([OPERATIONS.size, wanted.length], [23, 568]);
});
