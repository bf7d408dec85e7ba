/** What the types of kinds infer and what they refuse. `deno check` is the
 * judge: an unused `@ts-expect-error` is an error, and so is an unequal
 * {@linkcode Same}. */
import {
  type CloseReport,
  type EnqueueOutcome,
  exponential,
  type Failure,
  type Home,
  type Inspection,
  type ItemName,
  type ItemState,
  type Kind,
  kind,
  type KindDefinition,
  type KindOptions,
  latest,
  type Parent,
  type Rate,
  type Reschedule,
  type Retry,
  type Run,
  Scheduler,
  type Schema,
  type Scope,
  type Snapshot,
  type Timing,
  type,
  type WhenExhausted,
  type WorkItem,
} from "../../mod.ts";

/** `true` if both are the same type to the letter: `any` equals only itself. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where `Fact` is `true`. */
function holds<Fact extends true>(_proof?: Fact): void {}

/** Type-checked, never called: no kind is made, nothing runs. */
function onlyChecked(_use: (scheduler: Scheduler) => unknown): void {}

/** A schema that makes a number of a text, as a library's type has it. */
declare const parsed: {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) =>
      | { readonly value: number; readonly issues?: undefined }
      | { readonly issues: readonly { readonly message: string }[] }
      | Promise<
        | { readonly value: number; readonly issues?: undefined }
        | { readonly issues: readonly { readonly message: string }[] }
      >;
    readonly types?:
      | { readonly input: string; readonly output: number }
      | undefined;
  };
};

interface Doc {
  readonly doc: number;
}

Deno.test("define() infers message, context and output without annotations", () => {
  onlyChecked((scheduler) => {
    const reindex = scheduler.define("reindex", {
      message: type<Doc>(),
      context: (key) => {
        holds<Same<typeof key, string>>();
        return new Map<number, string>();
      },
      // deno-lint-ignore explicit-function-return-type -- inferred: the point
      run({ key, messages, context, signal, attempt, number }) {
        holds<Same<typeof key, string>>(); // Whoever is of a kind has one.
        holds<Same<typeof messages, readonly Doc[]>>();
        holds<Same<typeof context, Map<number, string>>>();
        holds<Same<typeof signal, AbortSignal>>();
        holds<Same<typeof attempt, number>>();
        holds<Same<typeof number, number>>();
        return messages.length;
      },
    });
    holds<
      Same<typeof reindex, Kind<Map<number, string>, number, Doc, Doc>>
    >();
    const outcome = reindex.enqueue("acme", { doc: 7 });
    holds<Same<typeof outcome, EnqueueOutcome>>();
    const answer = reindex.request("acme", { doc: 8 });
    holds<Same<typeof answer, Promise<number>>>();
    const item = reindex.get("acme");
    holds<
      Same<typeof item, WorkItem<Map<number, string>, number, Doc, Doc>>
    >();
    holds<Same<typeof item.context, Map<number, string>>>();
    const taken = item.cancel();
    holds<Same<typeof taken, readonly Doc[] | undefined>>();
    const dropped = item.delete();
    holds<Same<typeof dropped, Promise<readonly Doc[] | undefined>>>();
  });
});

Deno.test("A schema's input is what is enqueued, its output what is handed to runs", () => {
  onlyChecked((scheduler) => {
    const sums = scheduler.define("sums", {
      message: parsed,
      merge: (older, newer) => {
        holds<Same<typeof older, number>>();
        holds<Same<typeof newer, number>>();
        return older + newer;
      },
      run: ({ messages, item }) => {
        holds<Same<typeof messages, readonly number[]>>();
        item.enqueue("5");
        // @ts-expect-error -- the input is a text
        item.enqueue(5);
        return messages[0];
      },
      undelivered: (messages, failure) => {
        holds<Same<typeof messages, readonly number[]>>();
        holds<Same<typeof failure, Failure<string>>>();
        holds<Same<typeof failure.key, string>>();
        holds<Same<typeof failure.error, unknown>>();
        holds<Same<typeof failure.attempts, number>>();
      },
    });
    holds<
      Same<typeof sums, Kind<undefined, number | undefined, string, number>>
    >();
    sums.enqueue("a", "5");
    const taken = sums.get("a").cancel();
    holds<Same<typeof taken, readonly number[] | undefined>>();
    // @ts-expect-error -- the input is a text
    sums.enqueue("a", 5);
    // @ts-expect-error -- so is that of a request
    sums.request("a", 5);
  });
});

Deno.test("A kind without message, context and result has none", () => {
  onlyChecked((scheduler) => {
    const plain = scheduler.define("plain", {
      run({ messages, context }): void {
        holds<Same<typeof messages, readonly never[]>>();
        holds<Same<typeof context, undefined>>();
      },
    });
    holds<Same<typeof plain, Kind<undefined, void, undefined, never>>>();
    plain.enqueue("a");
    plain.enqueue("a", undefined, { delay: 5 });
    // @ts-expect-error -- it carries no message
    plain.enqueue("a", { doc: 7 });
    // @ts-expect-error -- nor does a request
    plain.request("a", 5);
    // @ts-expect-error -- a key is needed
    plain.enqueue();
    // @ts-expect-error -- and is a string
    plain.enqueue(5);
  });
});

Deno.test("A promise that run returns is awaited by request()", () => {
  onlyChecked((scheduler) => {
    const late = scheduler.define("late", {
      message: type<Doc>(),
      run: async ({ messages }) => await Promise.resolve(messages),
    });
    const answer = late.request("a", { doc: 1 });
    holds<Same<typeof answer, Promise<readonly Doc[]>>>();
  });
});

Deno.test("define() refuses messages of another type", () => {
  onlyChecked((scheduler) => {
    const docs = scheduler.define("docs", {
      message: type<Doc>(),
      run: () => {},
    });
    // @ts-expect-error -- no such property
    docs.enqueue("a", { dok: 7 });
    // @ts-expect-error -- of another type
    docs.enqueue("a", { doc: "7" });
    // @ts-expect-error -- the key comes first
    docs.enqueue({ doc: 7 });
    // @ts-expect-error -- null is no message of it
    docs.request("a", null);
    // @ts-expect-error -- messages are read-only
    scheduler.define("k", { run: ({ messages }) => messages.push(1) });
    scheduler.define("l", {
      message: type<Doc>(),
      // @ts-expect-error -- a merge makes a message
      merge: (older, newer) => older.doc + newer.doc,
      run: () => {},
    });
  });
});

Deno.test("define() refuses wrong options", () => {
  onlyChecked((scheduler) => {
    const run = (): void => {};
    // @ts-expect-error -- a run is required
    scheduler.define("k", {});
    // @ts-expect-error -- so are options
    scheduler.define("k");
    // @ts-expect-error -- a name is a string
    scheduler.define(5, { run });
    // @ts-expect-error -- no such option
    scheduler.define("k", { run, passivateafter: 5 });
    // @ts-expect-error -- a kind has keys, not a key
    scheduler.define("k", { run, key: "a" });
    // @ts-expect-error -- no such whenExhausted
    scheduler.define("k", { run, whenExhausted: "drop" });
    // @ts-expect-error -- no such reschedule
    scheduler.define("k", { run, reschedule: "newest" });
    // @ts-expect-error -- both are needed
    scheduler.define("k", { run, rate: { limit: 5 } });
    // @ts-expect-error -- no such unit
    scheduler.define("k", { run, rate: { limit: 5, per: "second" } });
    // @ts-expect-error -- milliseconds are a number
    scheduler.define("k", { run, delay: "5s" });
    // @ts-expect-error -- a list or a function
    scheduler.define("k", { run, retry: 5 });
    // @ts-expect-error -- milliseconds or undefined
    scheduler.define("k", { run, retry: () => "5s" });
    // @ts-expect-error -- a schema, not a type's name
    scheduler.define("k", { run, message: "text" });
    // @ts-expect-error -- a maker of contexts
    scheduler.define("k", { context: {}, run });
    // @ts-expect-error -- a single item has no concurrency
    scheduler.createWorkItem({ run, concurrency: 5 });
    // @ts-expect-error -- nor a rate
    scheduler.createWorkItem({ run, rate: { limit: 1, interval: 1 } });
    // @ts-expect-error -- nor is it passivated
    scheduler.createWorkItem({ run, passivateAfter: 5 });
  });
});

Deno.test("createWorkItem() infers messages as define() does", () => {
  onlyChecked((scheduler) => {
    const item = scheduler.createWorkItem({
      message: type<string>(),
      context: () => [] as string[],
      merge: latest,
      run: ({ messages, context }) => {
        holds<Same<typeof messages, readonly string[]>>();
        context.push(...messages);
        return context.length;
      },
    });
    holds<Same<typeof item, WorkItem<string[], number, string, string>>>();
    item.enqueue("x", { delay: 5 });
    // @ts-expect-error -- of another type
    item.enqueue(5);
    const checked = scheduler.createWorkItem({
      message: parsed,
      run: () => {},
    });
    holds<Same<typeof checked, WorkItem<undefined, void, string, number>>>();
  });
});

Deno.test("A single item may have no key: its run, cleanup and failure say so", () => {
  onlyChecked((scheduler) =>
    scheduler.createWorkItem({
      key: "a",
      run: ({ key }): void => holds<Same<typeof key, string | undefined>>(),
      cleanup: (_, name) => holds<Same<typeof name, ItemName>>(),
      undelivered: (_, failure) => holds<Same<typeof failure, Failure>>(),
    })
  );
});

Deno.test("kind() carries all types to whoever defines it", () => {
  onlyChecked((scheduler) => {
    const definition = kind("double", {
      message: parsed,
      context: () => 1,
      run: ({ messages }) => messages.map(String),
    });
    holds<
      Same<typeof definition, KindDefinition<number, string[], string, number>>
    >();
    const defined = scheduler.define(definition);
    holds<Same<typeof defined, Kind<number, string[], string, number>>>();
    const scoped = scheduler.createScope().define(definition);
    holds<Same<typeof scoped, typeof defined>>();
    // @ts-expect-error -- a definition has its options
    scheduler.define(definition, { run: () => {} });
    // @ts-expect-error -- it is read-only
    definition.name = "other";
    // @ts-expect-error -- its options too
    definition.options.delay = 5;
  });
});

Deno.test("A run is handed a typed handle of its own item", () => {
  onlyChecked((scheduler) =>
    scheduler.define("k", {
      message: parsed,
      context: (key) => key,
      run(run): void {
        holds<Same<typeof run, Run<string, number, string, string>>>();
        holds<
          Same<typeof run.item, WorkItem<string, unknown, string, number>>
        >();
        // @ts-expect-error -- read-only
        run.attempt = 2;
        // @ts-expect-error -- read-only
        run.messages = [];
      },
    })
  );
});

Deno.test("keys(), inspect() and cleanup are typed", () => {
  onlyChecked((scheduler) => {
    const k = scheduler.define("k", {
      context: () => 1,
      run: () => {},
      cleanup: (context, name) => {
        holds<Same<typeof context, number>>();
        holds<Same<typeof name, ItemName<string>>>();
      },
    });
    const keys = k.keys({ state: "held" });
    holds<Same<typeof keys, string[]>>();
    // @ts-expect-error -- no such state
    k.keys({ state: "waiting" });
    // @ts-expect-error -- no such filter
    k.keys({ stat: "held" });
    const seen = k.inspect("a");
    holds<Same<typeof seen, Inspection | undefined>>();
    holds<Same<Inspection["dueIn"], number | undefined>>();
    holds<Same<Inspection["state"], ItemState>>();
    holds<Same<typeof k.name, string>>();
    holds<Same<typeof k.parent, Parent | undefined>>();
    // @ts-expect-error -- read-only
    k.name = "other";
    // @ts-expect-error -- read-only
    k.get("a").context = 5;
  });
});

Deno.test("The words are those of the documentation", () => {
  holds<
    Same<
      EnqueueOutcome,
      "queued" | "coalesced" | "rerun" | "delayed" | "skipped"
    >
  >();
  holds<
    Same<
      ItemState,
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
  holds<Same<Reschedule, "earliest" | "keep" | "latest">>();
  holds<Same<WhenExhausted, "release" | "hold">>();
});

Deno.test("A timing takes a delay or a date, and nothing else", () => {
  onlyChecked((scheduler) => {
    const k = scheduler.define("k", { run: () => {} });
    const at: Timing = { at: new Date(0), reschedule: "latest", maxDelay: 5 };
    k.enqueue("a", undefined, at);
    k.enqueue("a", undefined, { delay: undefined });
    // @ts-expect-error -- a Date, not its number
    k.enqueue("a", undefined, { at: 5 });
    // @ts-expect-error -- no such option
    k.enqueue("a", undefined, { dely: 5 });
    // @ts-expect-error -- an object
    k.enqueue("a", undefined, 5);
  });
});

Deno.test("retry takes a list, a function or what exponential() makes", () => {
  onlyChecked((scheduler) => {
    const retry = exponential({ attempts: 3, min: 1, max: 2, factor: 3 });
    const isRetry: Retry = retry;
    scheduler.define("a", { retry: isRetry, run: () => {} });
    scheduler.define("b", { retry: [1, 2, 3] as const, run: () => {} });
    scheduler.define("c", {
      retry: (attempt, error, random) => {
        holds<Same<typeof attempt, number>>();
        holds<Same<typeof error, unknown>>();
        holds<Same<typeof random, () => number>>();
        return attempt < 3 ? random() * 5 : undefined;
      },
      run: () => {},
    });
    // @ts-expect-error -- no such option
    exponential({ attempt: 3 });
    // @ts-expect-error -- a number
    exponential({ jitter: "half" });
    const rate: Rate = { limit: 1, interval: 5 };
    // @ts-expect-error -- read-only
    rate.limit = 5;
  });
});

Deno.test("latest keeps the type of what it is given", () => {
  const newest = latest({ doc: 1 }, { doc: 2 });
  holds<Same<typeof newest, { doc: number }>>();
});

Deno.test("type<T>() is a schema whose input and output are T", () => {
  const docs = type<Doc>();
  holds<Same<typeof docs, Schema<Doc, Doc>>>();
});

Deno.test("onError and reports name kind, key and messages", () => {
  onlyChecked(async (scheduler) => {
    new Scheduler({
      random: () => 0.5,
      onError: (error, source) => {
        holds<Same<typeof error, unknown>>();
        holds<Same<typeof source.kind, string | undefined>>();
        holds<Same<typeof source.key, string | undefined>>();
        holds<
          Same<typeof source.messages, readonly unknown[] | undefined>
        >();
      },
    });
    const { left, aborted, stuck, finished } = await scheduler.close();
    holds<Same<typeof left, CloseReport["left"]>>();
    holds<Same<typeof finished, number>>();
    const entry = left[0] ?? aborted[0] ?? stuck[0];
    const messages = entry?.messages;
    holds<Same<typeof messages, readonly unknown[] | undefined>>();
    const kindName = entry?.kind;
    holds<Same<typeof kindName, string | undefined>>();
    // @ts-expect-error -- a source of numbers
    new Scheduler({ random: () => "5" });
    holds<Same<Snapshot["delayed"], number>>();
    holds<Same<Snapshot["backoff"], number>>();
    holds<Same<Snapshot["held"], number>>();
  });
});

Deno.test("observe() types the events of retries and holds", () => {
  onlyChecked((scheduler) =>
    scheduler.observe({
      retried: (event) => {
        holds<Same<typeof event.kind, string | undefined>>();
        holds<Same<typeof event.key, string | undefined>>();
        holds<Same<typeof event.number, number>>();
        holds<Same<typeof event.attempt, number>>();
        holds<Same<typeof event.delay, number>>();
        holds<Same<typeof event.error, unknown>>();
      },
      held: (event) => {
        holds<Same<typeof event.kind, string | undefined>>();
        holds<Same<typeof event.key, string | undefined>>();
        holds<Same<typeof event.error, unknown>>();
      },
    })
  );
});

Deno.test("Schedulers and scopes are homes alike", () => {
  onlyChecked((scheduler) => {
    const homes: readonly Home[] = [scheduler, scheduler.createScope()];
    const scope: Scope | undefined = homes[0]?.createScope();
    const k = scope?.define("k", { message: type<Doc>(), run: () => 5 });
    holds<Same<typeof k, Kind<undefined, number, Doc, Doc> | undefined>>();
  });
});

Deno.test("Options may be written apart, and be given all their types", () => {
  onlyChecked((scheduler) => {
    const options: KindOptions<string[], number, string, number> = {
      message: parsed,
      context: (key) => [key],
      run: ({ context, messages }) => context.length + messages.length,
      concurrency: 2,
      rate: { limit: 5, interval: 1_000 },
      passivateAfter: 60_000,
      whenExhausted: "hold",
      maxMessages: 100,
    };
    const k = scheduler.define("k", options);
    holds<Same<typeof k, Kind<string[], number, string, number>>>();
    const wrong = {
      ...options,
      run: ({ context }: { context: number }) => context,
    };
    // @ts-expect-error -- the run takes another context
    scheduler.define<string[], number, string, number>("l", wrong);
  });
});
