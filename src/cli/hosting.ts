/**
 * The scheduler that `serve` hosts: in memory, or on a file of Deno KV.
 *
 * @module
 */
import { dirname } from "node:path";
import type { LeftItem } from "../core/closing.ts";
import type { ItemName } from "../core/calls.ts";
import type { ErrorSource } from "../core/observer.ts";
import { Scheduler } from "../core/scheduler.ts";
import { DurableScheduler } from "../durable/durable_scheduler.ts";
import type { Store } from "../durable/store.ts";
import { openDenoKvStore } from "../stores/deno_kv.ts";
import { EXIT, Failure, failureOf, misuse } from "./failure.ts";
import type { AnyDefinition } from "./kinds_of.ts";
import { shownName } from "./names.ts";
import { counted } from "./spans.ts";

/** How to host. */
export interface HostingOptions {
  readonly kinds: readonly AnyDefinition[];
  /** The path of the file; `undefined`: in memory. */
  readonly store: string | undefined;
  readonly concurrency: number | undefined;
  /** With a store: after how long a process that is silent counts as lost. */
  readonly leaseMs: number | undefined;
  /** Takes lines about errors that nobody waits for. */
  readonly note: (line: string) => void;
}

/** A scheduler with its kinds. */
export interface Hosted {
  /** What the endpoint stands over. */
  readonly source: Scheduler | DurableScheduler;
  /** Takes nothing new and lets what runs end. Resolves with what became of it,
   * in lines. */
  drain(graceMs: number): Promise<readonly string[]>;
  /** Lets go of the file, when nobody asks any more. */
  close(): Promise<void>;
}

/** Starts to host. */
export async function startHosting(options: HostingOptions): Promise<Hosted> {
  const { store: path } = options;
  if (path === undefined) return hostInMemory(options);
  const store = await openStore(path);
  try {
    return hostOnStore(options, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function hostInMemory(options: HostingOptions): Hosted {
  const { kinds, concurrency, note } = options;
  const scheduler = new Scheduler({ concurrency, onError: teller(note) });
  for (const kind of kinds) defineOn(kind, () => scheduler.define(kind));
  return {
    source: scheduler,
    async drain(grace): Promise<string[]> {
      const report = await scheduler.close({ grace });
      const { finished, aborted, left, stuck } = report;
      return [
        ...finished === 0
          ? []
          : [`${counted(finished, "run")} ended meanwhile`],
        ...named("aborted", aborted),
        ...named("lost, never begun", left),
        ...named("still running, and given up", stuck),
      ];
    },
    close: () => Promise.resolve(),
  };
}

function hostOnStore(options: HostingOptions, store: Store): Hosted {
  const { kinds, concurrency, leaseMs, note } = options;
  const scheduler = new DurableScheduler({
    store,
    concurrency,
    lease: leaseMs,
    onError: teller(note),
  });
  for (const kind of kinds) defineOn(kind, () => scheduler.define(kind));
  return {
    source: scheduler,
    async drain(grace): Promise<string[]> {
      const { finished, released, stuck } = await scheduler.close({ grace });
      return [
        `${counted(finished, "run")} ended meanwhile; what is owed is kept`,
        ...named("released, to be run again", released),
        ...named("still running, and given up", stuck),
      ];
    },
    close: () => store.close(),
  };
}

async function openStore(path: string): Promise<Store> {
  try {
    await makeFolder(path);
    return await openDenoKvStore(path);
  } catch (error) {
    const { message, hint, code } = failureOf(error);
    throw new Failure(EXIT.unreachable, message, { hint, code, cause: error });
  }
}

async function makeFolder(path: string): Promise<void> {
  if (path === ":memory:" || /^https?:/.test(path)) return;
  const folder = dirname(path);
  if (folder === ".") return;
  try {
    // What is kept is its owner's: others are not to read it.
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch {
    // What is the matter with the folder is said when the file is opened.
  }
}

function defineOn({ name }: AnyDefinition, define: () => unknown): void {
  try {
    define();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw misuse(
      why,
      `The kind "${name}" is as it was written in the module.`,
    );
  }
}

/** Names what failed and why; never what it was sent. */
function teller(
  note: (line: string) => void,
): (error: unknown, source: ErrorSource) => void {
  return (error, { kind, key, messages }) => {
    const why = error instanceof Error ? error.message : String(error);
    const name = kind === undefined || key === undefined
      ? "the scheduler"
      : shownName({ kind, key });
    const lost = messages === undefined || messages.length === 0
      ? ""
      : ` (${counted(messages.length, "message")} undelivered)`;
    note(`error: ${name}: ${why}${lost}`);
  };
}

const NAMED_MAX = 10;

function named(
  what: string,
  items: readonly (LeftItem | ItemName<string>)[],
): string[] {
  if (items.length === 0) return [];
  const names = items.slice(0, NAMED_MAX)
    .map(({ kind, key }) => shownName({ kind: kind ?? "", key: key ?? "" }));
  const more = items.length > NAMED_MAX ? ", …" : "";
  return [`${counted(items.length, "item")} ${what}: ${names}${more}`];
}
