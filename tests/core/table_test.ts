/** The state × operation table of DESIGN.md §3, for the states and operations
 * that exist now. Each line is a test for every `whenRunning` it holds for. */
import { assertEquals } from "@std/assert";
import type { Suspension, WhenRunning, WorkItem } from "../../mod.ts";
import { Recorder } from "../../src/testing/mod.ts";
import { microtasks, peek, Puppet, Stage } from "./support/stage.ts";
import { TABLE } from "./support/table.ts";

const STATES = [
  ...["idle", "queued", "paused+queued", "running", "running+owed"],
  ...["suspended", "suspended+owed"],
  ...["suspended+running", "suspended+running+owed"],
  ...["deleting+queued", "deleting+running", "deleting+running+owed"],
  ...["deleting+cleanup", "deleted"],
  ...["closed+idle", "closed+queued", "closed+running"],
];
const WHEN_RUNNING: readonly WhenRunning[] = [
  "rerun",
  "overlap",
  "restart",
  "skip",
];
/** Which states an operation is possible in, if not in all. */
const NEEDS: Readonly<Record<string, string>> = {
  succeed: "running",
  fail: "running",
  resume: "suspended",
};

/** An item in one of the states, and the means to bring it there. */
class Scene extends Stage {
  readonly puppet: Puppet;
  readonly item: WorkItem<undefined, unknown>;
  #suspension: Suspension | undefined = undefined;
  #cleaned: () => void = () => {};
  readonly #state: string;

  constructor(state: string, whenRunning: WhenRunning, isObserved: boolean) {
    super();
    if (isObserved) this.scheduler.observe(new Recorder());
    this.#state = state;
    const cleanup = state === "deleting+cleanup"
      ? (): Promise<void> => new Promise((resolve) => this.#cleaned = resolve)
      : (): void => {};
    const isPlain = whenRunning === "rerun" && state !== "deleting+cleanup";
    this.puppet = new Puppet({ looks: !isPlain });
    const { run } = this.puppet;
    this.item = this.scheduler.createScope().createWorkItem(
      isPlain ? { run } : { whenRunning, run, cleanup },
    );
  }

  /** Lets a run begin, if the state's name has one. */
  async begin(): Promise<void> {
    if (!this.#state.includes("running")) return;
    this.item.enqueue();
    await microtasks();
  }

  /** Does what the other words of the state's name say. */
  arrange(): void {
    const words = this.#state.split("+");
    if (words.includes("paused")) this.scheduler.pause();
    if (words.includes("suspended")) this.#suspension = this.item.suspend();
    if (words.includes("owed")) this.item.enqueue();
    if (words.includes("queued")) this.item.enqueue();
    if (words[0]?.startsWith("delet")) this.item.delete();
    if (words[0] === "closed") this.scheduler.close();
  }

  /** Does what the table says. */
  act(operation: string): unknown {
    const { item, puppet } = this;
    if (operation === "enqueue") return item.enqueue();
    if (operation === "succeed") return puppet.at(1).succeed();
    if (operation === "fail") return puppet.at(1).fail("failure");
    if (operation === "cancel") return item.cancel();
    if (operation === "cancel running") return item.cancel({ running: true });
    if (operation === "flush") return item.flush();
    if (operation === "idle") return item.idle();
    if (operation === "suspend") return this.#suspendAgain();
    if (operation === "resume") return this.#suspension?.resume();
    if (operation === "delete") return item.delete();
    return item.request();
  }

  /** Nothing keeps the item any longer. */
  async finish(): Promise<void> {
    this.#suspension?.resume();
    this.scheduler.resume();
    for (let step = 0; step < 4; step++) {
      this.#cleaned();
      this.puppet.begun.forEach(({ run, succeed }) =>
        succeed(`#${run.number}`)
      );
      await microtasks();
    }
  }

  /** The facts that can be seen of the item, which is the only one. */
  facts(): string {
    const { owed, running, suspended } = this.scheduler.snapshot();
    const { state } = this.item;
    const facts: string[] = [state];
    if (running !== 0 && state !== "running") facts.push("running");
    if (suspended !== 0 && state !== "suspended") facts.push("suspended");
    if (owed !== 0 && state !== "queued") facts.push("owed");
    return facts.join("+");
  }

  #suspendAgain(): string {
    const first = this.#suspension;
    const second = this.item.suspend();
    const resume = (): void => {
      first?.resume();
      second.resume();
    };
    this.#suspension = { resume, [Symbol.dispose]: resume };
    return "handle";
  }
}

interface Cell {
  readonly operation: string;
  readonly state: string;
  readonly whenRunning: WhenRunning;
  readonly isObserved: boolean;
}

/** Plays one cell of the table and says how it went, in the table's words. */
async function play(cell: Cell): Promise<string> {
  const { operation, state, whenRunning, isObserved } = cell;
  await using scene = new Scene(state, whenRunning, isObserved);
  await scene.begin();
  scene.arrange();

  const words: string[] = [];
  let answer: unknown;
  try {
    answer = scene.act(operation);
  } catch (error) {
    answer = error instanceof Error ? error.name : error;
  }
  if (NEEDS[operation] === "running") {
    await microtasks();
    const silent = operation === "fail" ? "handed back" : "ok";
    answer = scene.errors.splice(0).length === 1 ? "reported" : silent;
  }
  const facts = scene.facts();
  const look = peek(Promise.resolve(answer));
  await microtasks();
  if (look.now === "pending") words.push("waits");
  const aborts = scene.puppet.begun[0]?.signal.aborted === true;

  await scene.finish();
  words.push(Array.isArray(look.now) ? "[]" : `${look.now}`);
  if (aborts) words.push("aborts");
  return `${words.join(", ")} → ${facts} ×${scene.scheduler.snapshot().starts}`;
}

/** The cells by name, as `cancel running: deleting+queued [skip]`. */
function cells(): Map<string, string> {
  const found = new Map<string, string>();
  let operations: readonly string[] = [];
  for (const line of TABLE.trim().split("\n")) {
    const cell = /^ +(\S+(?: \[\w+\])?) +(.*)$/.exec(line);
    if (cell === null) operations = line.split(", ");
    for (const operation of cell === null ? [] : operations) {
      found.set(`${operation}: ${cell?.[1]}`, cell?.[2] ?? "");
    }
  }
  return found;
}

const CELLS = cells();
const OPERATIONS = new Set(
  [...CELLS.keys()].map((key) => key.replace(/:.*$/, "")),
);

for (const operation of OPERATIONS) {
  for (const state of STATES) {
    if (!state.includes(NEEDS[operation] ?? "")) continue;
    const name = `${operation}: ${state}`;
    for (const whenRunning of WHEN_RUNNING) {
      // A "skip" item is refused while it runs: it is never running and owed.
      if (whenRunning === "skip" && state.includes("running+owed")) continue;
      const expected = CELLS.get(`${name} [${whenRunning}]`) ?? CELLS.get(name);
      for (const isObserved of [false, true]) {
        const how = isObserved ? "observed" : "bare";
        const title = `${name} with "${whenRunning}", ${how}: ${expected}`;
        Deno.test(title, async () => {
          const found = await play({
            operation,
            state,
            whenRunning,
            isObserved,
          });
          assertEquals(found, expected);
        });
      }
    }
  }
}

Deno.test("The table has a cell for each state and operation, and no other", () => {
  const wanted = [...OPERATIONS].flatMap((operation) =>
    STATES.filter((state) => state.includes(NEEDS[operation] ?? ""))
      .map((state) => `${operation}: ${state}`)
  );
  const stated = [...CELLS.keys()].map((key) => key.replace(/ \[\w+\]$/, ""));

  assertEquals(new Set(stated), new Set(wanted));
  assertEquals(OPERATIONS.size, 11);
});
