/** What a kind lets go of, while its user still holds the scheduler, the kind
 * and the handle of the key: each look is at a WeakRef. */
import { Scheduler, type } from "../../../mod.ts";
import { CountingClock } from "./counting_clock.ts";
import { freed, heapAtRest } from "./weigh.ts";

const PASSIVATE_AFTER_MS = 1_000;

/** Was it freed? By what it is:
 *
 * - `keptContext`: of an idle key without `passivateAfter`
 * - `freshContext`: of one that has not been idle for long enough
 * - `passivatedContext`, `cleanedContext`: of one that has, without a cleanup
 *   and with one
 * - `deletedContext`: of a key that was deleted
 * - `cleanedUnderHandle`, `deletedUnderHandle`: the same where the handle was
 *   taken while the item was in memory; it is an address too, and keeps nothing
 * - `message`, `messageOfContext`: handed to a run that has ended, of a key
 *   without context and with one
 * - `result`: returned by a run, and nobody asked for it
 * - `error`: of a last attempt, told as undelivered
 *
 * `handlesWork`: all of them, in the end.
 */
export type FreedFigures = Readonly<Record<string, boolean>>;

type Ref = WeakRef<WeakKey>;

interface Stage {
  readonly clock: CountingClock;
  readonly scheduler: Scheduler;
}

/** A context that has been made by a run, and a handle of its key. */
interface Held {
  readonly ref: Ref;
  readonly works: () => boolean;
  readonly delete: () => Promise<unknown>;
}

/** What a kind with contexts is made from. */
interface Making {
  readonly passivates?: boolean;
  readonly cleans?: boolean;
  /** Is the handle taken while the item is in memory? */
  readonly isLate?: boolean;
}

/** Makes the context of a key and forgets it, but for a WeakRef. */
async function useContext(
  { clock, scheduler }: Stage,
  name: string,
  { passivates = false, cleans = false, isLate = false }: Making,
): Promise<Held> {
  const refs: Ref[] = [];
  const kind = scheduler.define(name, {
    context: (key) => {
      const context = { key, list: new Array<number>(1_000).fill(1) };
      refs.push(new WeakRef(context));
      return context;
    },
    passivateAfter: passivates ? PASSIVATE_AFTER_MS : undefined,
    run({ context }): void {
      context.list.push(1);
    },
    cleanup: cleans ? (): void => {} : undefined,
  });
  const early = isLate ? undefined : kind.get("a");
  kind.enqueue("a");
  const handle = early ?? kind.get("a");
  await clock.settle();
  const [ref] = refs;
  if (ref === undefined) throw new Error("The context was not made");
  return {
    ref,
    works: () => handle.enqueue() === "queued",
    delete: () => handle.delete(),
  };
}

/** Runs a key with a message that nobody else knows. */
async function useMessage(
  { clock, scheduler }: Stage,
  options: { name: string; hasContext?: boolean; fails?: boolean },
): Promise<{ message: Ref; outcome: Ref }> {
  const { name, hasContext = false, fails = false } = options;
  const refs: Ref[] = [];
  const kind = scheduler.define(name, {
    message: type<object>(),
    context: hasContext ? () => ({ runs: 0 }) : undefined,
    undelivered(): void {},
    run({ messages }): object {
      const outcome = fails ? new Error("no") : { runs: messages.length };
      refs.push(new WeakRef(outcome));
      if (fails) throw outcome;
      return outcome;
    },
  });
  const message = new WeakRef({ text: name });
  enqueueTarget(kind, message);
  await clock.settle();
  const [outcome] = refs;
  if (outcome === undefined) throw new Error("It did not run");
  return { message, outcome };
}

/** Apart, so that no frame that waits holds the message. */
function enqueueTarget(
  kind: { enqueue(key: string, message: object): unknown },
  ref: WeakRef<object>,
): void {
  const message = ref.deref();
  if (message === undefined) throw new Error("It was freed too early");
  kind.enqueue("a", message);
}

/** All contexts, by the name of their figure. */
const MAKINGS: Readonly<Record<string, Making>> = {
  keptContext: {},
  passivatedContext: { passivates: true },
  cleanedContext: { passivates: true, cleans: true },
  deletedContext: {},
  cleanedUnderHandle: { passivates: true, cleans: true, isLate: true },
  deletedUnderHandle: { isLate: true },
};

/** Looks at everything that should be freed, and at what should not. */
export async function watchFreed(): Promise<FreedFigures> {
  const clock = new CountingClock();
  const stage = { clock, scheduler: new Scheduler({ clock }) };
  const contexts = new Map<string, Held>();
  for (const [name, making] of Object.entries(MAKINGS)) {
    contexts.set(name, await useContext(stage, name, making));
  }
  const plain = await useMessage(stage, { name: "plain" });
  const rich = await useMessage(stage, { name: "rich", hasContext: true });
  const failed = await useMessage(stage, { name: "failed", fails: true });
  for (const name of ["deletedContext", "deletedUnderHandle"]) {
    const deleting = contexts.get(name)?.delete();
    await clock.settle();
    await deleting;
  }
  clock.advance(PASSIVATE_AFTER_MS - 1);
  await clock.settle();
  const fresh = await useContext(stage, "freshContext", { passivates: true });
  contexts.set("freshContext", fresh);
  clock.advance(PASSIVATE_AFTER_MS - 1);
  await clock.settle();
  await heapAtRest();
  const isFreed = (ref: Ref): boolean => freed([ref]) === 1;
  return {
    ...Object.fromEntries(
      [...contexts].map(([name, { ref }]) => [name, isFreed(ref)]),
    ),
    message: isFreed(plain.message),
    messageOfContext: isFreed(rich.message),
    result: isFreed(plain.outcome),
    error: isFreed(failed.outcome),
    handlesWork: [...contexts.values()].every(({ works }) => works()),
  };
}
