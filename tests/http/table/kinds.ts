/**
 * The kinds that all sites have, and what was run of them.
 *
 * @module
 */
import type { Backend, Packages } from "./host.ts";

/** All that was run of one key. */
export interface Seen {
  readonly kind: string;
  readonly key: string;
  readonly messages: unknown[];
  runs: number;
}

/** What the sites need of either scheduler. */
export interface Stage {
  /** What `workItems` is handed. */
  readonly source: Parameters<Packages["http"]["workItems"]>[0];
  /** What was run, by kind and key. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** Errors that the scheduler told. */
  readonly errors: readonly unknown[];
  /** Lets all runs of `"slow"` end, also later ones. */
  release(): void;
  /** Resolves when as many runs of `"slow"` have begun. */
  begun(count: number): Promise<void>;
  /** Waits until nothing of this item is due or runs. */
  idle(kind: string, key: string): Promise<void>;
  /** Runs what is due, and ends. */
  close(): Promise<void>;
}

interface RunLike {
  readonly key: string;
  readonly messages: readonly unknown[];
}

interface Plan {
  readonly message?: ReturnType<typeof docs>;
  readonly maxInbox?: number;
  readonly run: (run: RunLike) => unknown;
}

interface Handle {
  get(key: string): { idle(): Promise<void> };
}

interface Definer {
  define(name: string, plan: Plan): Handle;
}

/** What no caller may ever see. */
export const SECRET = "secret-of-the-run";
/** A kind whose name has to be encoded. */
export const ODD_KIND = "odd/kind ä";

/** A scheduler with all kinds. */
export function makeStage(packages: Packages, backend: Backend): Stage {
  const seen = new Map<string, Seen>();
  const errors: unknown[] = [];
  const slow = gate();
  const note = (kind: string, { key, messages }: RunLike): void => {
    const id = `${kind}\n${key}`;
    const found = seen.get(id) ?? { kind, key, messages: [], runs: 0 };
    found.runs++;
    found.messages.push(...messages);
    seen.set(id, found);
  };
  const plans = plansOf(note, slow);
  const options = { onError: (error: unknown) => void errors.push(error) };
  const scheduler = backend === "memory"
    ? new packages.core.Scheduler(options)
    : new packages.durable.DurableScheduler({
      ...options,
      store: packages.memory.memoryStore(),
    });
  // Both are alike in what is used of them here.
  const definer = scheduler as unknown as Definer;
  const handles = new Map<string, Handle>();
  for (const [name, plan] of Object.entries(plans)) {
    handles.set(name, definer.define(name, plan));
  }
  return {
    source: scheduler,
    seen,
    errors,
    release: slow.open,
    begun: slow.begun,
    idle: async (kind, key) => await handles.get(kind)?.get(key).idle(),
    close: async () => {
      slow.open();
      await scheduler.close({ grace: 5_000 });
    },
  };
}

function plansOf(
  note: (kind: string, run: RunLike) => void,
  slow: ReturnType<typeof gate>,
): Readonly<Record<string, Plan>> {
  const noting = (kind: string) => (run: RunLike) => note(kind, run);
  return {
    record: { run: noting("record") },
    secret: { run: noting("secret") },
    [ODD_KIND]: { run: noting(ODD_KIND) },
    constructor: { run: noting("constructor") },
    checked: { message: docs(), run: noting("checked") },
    bounded: { maxInbox: 2, run: noting("bounded") },
    echo: {
      run: (run) => {
        note("echo", run);
        return { key: run.key, got: run.messages };
      },
    },
    failing: {
      run: (run) => {
        note("failing", run);
        throw Object.assign(new Error(`${SECRET} at ${run.key}`), {
          name: "OwnError",
          code: "OWN-CODE",
        });
      },
    },
    slow: {
      run: async (run) => {
        note("slow", run);
        await slow.pass();
        return "slow result";
      },
    },
  };
}

/** Messages are `{ doc: <a text> }` and nothing else. */
function docs(): {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) =>
      | { readonly value: unknown }
      | {
        readonly issues: readonly {
          readonly message: string;
          readonly path: readonly PropertyKey[];
        }[];
      };
  };
} {
  return {
    "~standard": {
      version: 1,
      vendor: "table",
      validate: (value) => {
        const { doc } = Object(value) as { readonly doc?: unknown };
        if (typeof doc === "string") return { value };
        const path = ["a/b", "~", 0, "doc"];
        return { issues: [{ message: "expected a text", path }] };
      },
    },
  };
}

/** Something to wait for. */
function gate(): {
  readonly open: () => void;
  readonly pass: () => Promise<void>;
  readonly begun: (count: number) => Promise<void>;
} {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  let passed = 0;
  const waiting: { readonly count: number; readonly tell: () => void }[] = [];
  return {
    open: () => open(),
    pass: () => {
      passed++;
      for (const { count, tell } of waiting) if (passed >= count) tell();
      return opened;
    },
    begun: (count) =>
      new Promise((resolve) => {
        if (passed >= count) resolve();
        else waiting.push({ count, tell: resolve });
      }),
  };
}
