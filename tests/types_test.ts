/** What the types infer and what they refuse. `deno check` is the judge: an
 * unused `@ts-expect-error` is an error, and so is an unequal {@linkcode Same}. */
import {
  type EnqueueOutcome,
  type ItemName,
  type OneShotRun,
  type Parent,
  type Run,
  Scheduler,
  type Scope,
  type Snapshot,
  type WorkItem,
} from "../mod.ts";

/** `true` if both are the same type to the letter: `any` equals only itself. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where `Fact` is `true`. */
function holds<Fact extends true>(_proof?: Fact): void {}

/** Type-checked, never called: no item is made, nothing runs. */
function onlyChecked(_use: (scheduler: Scheduler) => unknown): void {}

Deno.test("Same tells types apart", () => {
  holds<Same<string, string>>();
  // @ts-expect-error -- any is not string
  // deno-lint-ignore no-explicit-any -- the point
  holds<Same<any, string>>();
  // @ts-expect-error -- undefined is not void
  holds<Same<undefined, void>>();
  // @ts-expect-error -- readonly counts
  holds<Same<{ a: 1 }, { readonly a: 1 }>>();
});

Deno.test("createWorkItem() infers the context from its maker", () => {
  onlyChecked((scheduler) => {
    const item = scheduler.createWorkItem({
      context: () => ({ lines: [] as string[] }),
      run({ context }): void {
        holds<Same<typeof context, { lines: string[] }>>();
      },
      cleanup(context, name): void {
        holds<Same<typeof context, { lines: string[] }>>();
        holds<Same<typeof name, ItemName>>();
      },
    });
    holds<Same<typeof item, WorkItem<{ lines: string[] }, void>>>();
    holds<Same<typeof item.context, { lines: string[] }>>();
    // @ts-expect-error -- the context holds strings
    item.context.lines.push(1);
  });
});

Deno.test("createWorkItem() without a context has context undefined", () => {
  onlyChecked((scheduler) => {
    const item = scheduler.createWorkItem({
      run: ({ context }) => holds<Same<typeof context, undefined>>(),
    });
    holds<Same<typeof item, WorkItem<undefined, void>>>();
  });
});

Deno.test("request() resolves to what the run returns, awaited", () => {
  onlyChecked((scheduler) => {
    const sync = scheduler.createWorkItem({ run: () => 5 });
    holds<Same<ReturnType<typeof sync.request>, Promise<number>>>();
    const late = scheduler.createWorkItem({ run: () => Promise.resolve("a") });
    holds<Same<ReturnType<typeof late.request>, Promise<string>>>();
    const both = scheduler.createWorkItem({
      context: () => 1,
      run: async ({ context }) => await Promise.resolve({ context }),
    });
    holds<
      Same<ReturnType<typeof both.request>, Promise<{ context: number }>>
    >();
  });
});

Deno.test("a run is handed a typed run, with a handle of its own item", () => {
  onlyChecked((scheduler) =>
    scheduler.createWorkItem({
      context: () => 1,
      run: (run): void => {
        holds<Same<typeof run, Run<number>>>();
        holds<Same<typeof run.signal, AbortSignal>>();
        holds<Same<typeof run.key, string | undefined>>();
        holds<Same<typeof run.item.context, number>>();
        holds<Same<typeof run.number, number>>();
        holds<Same<typeof run.stale, boolean>>();
      },
    })
  );
});

Deno.test("enqueue() tells its outcome and takes no message without a type", () => {
  onlyChecked((scheduler) => {
    const item = scheduler.createWorkItem({ run: () => {} });
    const outcome = item.enqueue();
    holds<Same<typeof outcome, EnqueueOutcome>>();
    holds<
      Same<
        EnqueueOutcome,
        "queued" | "coalesced" | "rerun" | "delayed" | "skipped"
      >
    >();
    // @ts-expect-error -- it carries no message
    item.enqueue({ doc: 7 });
    // @ts-expect-error -- neither does request
    item.request({ doc: 7 });
  });
});

Deno.test("run() infers its output and hands out a signal and an executor", () => {
  onlyChecked((scheduler) => {
    const sync = scheduler.run((run) => {
      holds<Same<typeof run, OneShotRun>>();
      holds<Same<keyof typeof run, "signal" | "executor">>();
      return 5;
    });
    holds<Same<typeof sync, Promise<number>>>();
    const late = scheduler.run(() => Promise.resolve("a"), { timeout: 5 });
    holds<Same<typeof late, Promise<string>>>();
    // @ts-expect-error -- a one-shot has no context
    scheduler.run(({ context }) => context);
    // @ts-expect-error -- a callback, not its promise
    scheduler.run(Promise.resolve());
  });
});

Deno.test("createWorkItem() refuses wrong options", () => {
  onlyChecked((scheduler) => {
    // @ts-expect-error -- a run is required
    scheduler.createWorkItem({});
    // @ts-expect-error -- and is a function
    scheduler.createWorkItem({ run: 5 });
    // @ts-expect-error -- no such whenRunning
    scheduler.createWorkItem({ run: () => {}, whenRunning: "queue" });
    // @ts-expect-error -- no such option
    scheduler.createWorkItem({ run: () => {}, whenRuning: "skip" });
    // @ts-expect-error -- a maker of contexts, not a context
    scheduler.createWorkItem({ context: { a: 1 }, run: () => {} });
    // @ts-expect-error -- milliseconds are a number
    scheduler.createWorkItem({ run: () => {}, timeout: "5s" });
    const takesText = ({ context }: { context: string }): string => context;
    // @ts-expect-error -- the run takes another context
    scheduler.createWorkItem({ context: () => 1, run: takesText });
    // @ts-expect-error -- the context is undefined without a maker
    scheduler.createWorkItem<undefined, string>({ run: takesText });
    const options = { context: () => 1, run: () => {} };
    const cleanup = (context: string): string => context;
    // @ts-expect-error -- so does the cleanup
    scheduler.createWorkItem({ ...options, cleanup });
  });
});

Deno.test("handles are read-only", () => {
  onlyChecked((scheduler) => {
    const item = scheduler.createWorkItem({
      context: () => 1,
      run(run): void {
        // @ts-expect-error -- read-only
        run.context = 2;
        // @ts-expect-error -- read-only
        run.number = 2;
      },
    });
    // @ts-expect-error -- read-only
    item.context = 2;
    // @ts-expect-error -- read-only
    item.state = "idle";
    // @ts-expect-error -- read-only
    item.version = 2;
    // @ts-expect-error -- read-only
    item.key = "a";
    holds<
      Same<
        WorkItem["state"],
        | "idle"
        | "queued"
        | "delayed"
        | "backoff"
        | "suspended"
        | "held"
        | "running"
        | "deleting"
        | "deleted"
      >
    >();
  });
});

Deno.test("what takes back or deletes returns no messages without a type", () => {
  onlyChecked((scheduler) => {
    const item = scheduler.createWorkItem({ run: () => {} });
    const taken = item.cancel({ running: true });
    holds<Same<typeof taken, readonly never[] | undefined>>();
    const deleted = item.delete();
    holds<Same<typeof deleted, Promise<readonly never[] | undefined>>>();
    const suspension = item.suspend();
    holds<Same<ReturnType<typeof suspension.resume>, void>>();
    // @ts-expect-error -- no such option
    item.cancel({ runing: true });
    // @ts-expect-error -- a signal, not a controller
    item.flush({ signal: new AbortController() });
  });
});

Deno.test("a scheduler's bound is writable, its snapshot is typed", () => {
  onlyChecked((scheduler) => {
    scheduler.concurrency = 3;
    // @ts-expect-error -- a number
    scheduler.concurrency = "3";
    const snapshot = scheduler.snapshot();
    holds<Same<typeof snapshot, Snapshot>>();
    holds<Same<typeof snapshot.owed, number>>();
    holds<Same<typeof snapshot.closed, boolean>>();
    // @ts-expect-error -- a number
    new Scheduler({ concurrency: "8" });
    // @ts-expect-error -- no such option
    new Scheduler({ concurency: 8 });
  });
});

Deno.test("observe() types its events and returns the stop function", () => {
  onlyChecked((scheduler) => {
    const stop = scheduler.observe({
      enqueued: ({ outcome }) => holds<Same<typeof outcome, EnqueueOutcome>>(),
      ended({ outcome, error, key }): void {
        holds<Same<typeof outcome, "ok" | "failed" | "aborted">>();
        holds<Same<typeof error, unknown>>();
        holds<Same<typeof key, string | undefined>>();
      },
    });
    holds<Same<typeof stop, () => void>>();
    // @ts-expect-error -- no such event
    scheduler.observe({ finished: () => {} });
  });
});

Deno.test("scopes make items as a scheduler does", () => {
  onlyChecked((scheduler) => {
    const scope = scheduler.createScope({ serialize: true });
    holds<Same<typeof scope, Scope>>();
    const inner = scope.createScope();
    holds<Same<typeof inner, Scope>>();
    const parents: readonly Parent[] = [scheduler, scope, inner];
    holds<Same<(typeof parents)[number], Parent>>();
    holds<Same<typeof inner.parent, Parent | undefined>>();
    const item = inner.createWorkItem({ context: () => "a", run: () => 5 });
    holds<Same<typeof item, WorkItem<string, number>>>();
    // @ts-expect-error -- no such option
    scope.createScope({ serialise: true });
  });
});
