/** What the tests of kinds stand on, beside stage.ts: runs that remember what
 * they were handed and when, and all that was told of messages which no run
 * handled. */
import { assertEquals } from "@std/assert";
import {
  type CloseReport,
  type Failure,
  type Home,
  type Kind,
  type KindOptions,
  type Run,
  type SchedulerOptions,
  type,
  type WorkItem,
} from "../../../mod.ts";
import { FakeClock, Recorder } from "../../../src/testing/mod.ts";
import { microtasks, Stage } from "./stage.ts";

/** A run that has begun. */
export interface Act<Message = string, Context = undefined> {
  /** What the callback was handed. */
  readonly run: Run<Context, Message>;
  /** When it began. */
  readonly atMs: number;
  /** What it was handed, as it was then. */
  readonly messages: readonly Message[];
  /** Ends it. */
  readonly succeed: (value?: unknown) => void;
  /** Ends it. */
  readonly fail: (error: unknown) => void;
  /** Has it been ended by `fail`? */
  hasFailed: boolean;
}

/** A callback whose runs write down what they are handed. They end when the
 * test says so, or as `plan` does. */
export class Actor<Message = string, Context = undefined> {
  /** All that have begun, in order. */
  readonly acts: Act<Message, Context>[] = [];
  readonly #now: () => number;
  readonly #plan: ((run: Run<Context, Message>) => unknown) | undefined;

  constructor(
    stage: Pick<Stage, "clock">,
    plan?: (run: Run<Context, Message>) => unknown,
  ) {
    this.#now = () => stage.clock.now();
    this.#plan = plan;
  }

  /** What the kind or item is made with. */
  readonly run = (run: Run<Context, Message>): unknown => {
    let succeed: (value?: unknown) => void = () => {};
    let fail: (error: unknown) => void = () => {};
    const end = new Promise((resolve, reject) => {
      succeed = resolve;
      fail = (error) => {
        act.hasFailed = true;
        reject(error);
      };
    });
    const [atMs, messages] = [this.#now(), [...run.messages]];
    const act = { run, atMs, messages, succeed, fail, hasFailed: false };
    this.acts.push(act);
    return this.#plan === undefined ? end : this.#plan(run);
  };

  /** The `index`th run that began, from 1, whatever its key. */
  at(index: number): Act<Message, Context> {
    const act = this.acts[index - 1];
    if (act === undefined) throw new Error(`Run ${index} has not begun`);
    return act;
  }

  /** The runs begun so far, as `a#1@0 x,y`: key, number, time, messages. An
   * attempt other than the first is written `a#2@40/2`. */
  get log(): string[] {
    return this.acts.map(({ run, atMs, messages }) => {
      const attempt = run.attempt === 1 ? "" : `/${run.attempt}`;
      return `${run.key}#${run.number}@${atMs}${attempt} ${list(messages)}`;
    });
  }

  /** Only when they began, as `a@0`. */
  get starts(): string[] {
    return this.acts.map(({ run, atMs }) => `${run.key}@${atMs}`);
  }
}

/** A kind of text messages, its item "a", and its runs. */
export interface Cast {
  readonly kind: Kind<undefined, unknown, string, string>;
  readonly a: WorkItem<undefined, unknown, string, string>;
  readonly actor: Actor;
}

/** How a kind of text messages may differ from others. */
export type CastOptions = Partial<
  KindOptions<undefined, unknown, string, string>
>;

/** Where it lives and what its runs do. */
export interface CastParts {
  /** `@default {"k"}` */
  readonly name?: string;
  /** `@default` The scheduler. */
  readonly home?: Pick<Home, "define">;
  /** `@default` The test ends each run. */
  readonly plan?: (run: Run<undefined, string>) => unknown;
}

/** A scheduler on a fake clock that keeps who was told of what. */
export class KindStage extends Stage {
  override readonly clock: FakeClock;
  /** What `undelivered` and `onError` were told and no test has taken. */
  readonly told: string[];

  constructor(
    options: SchedulerOptions & { readonly clock?: FakeClock } = {},
  ) {
    const { clock = new FakeClock(), ...others } = options;
    const told: string[] = [];
    const onError = (
      error: unknown,
      { messages }: { readonly messages?: readonly unknown[] | undefined },
    ): void => {
      const what = messages === undefined ? "" : ` [${list(messages)}]`;
      told.push(`onError${what} ${nameOf(error)}`);
    };
    super({ clock, onError, ...others });
    this.clock = clock;
    this.told = told;
  }

  /** Defines a kind. */
  cast(options: CastOptions = {}, parts: CastParts = {}): Cast {
    const { name = "k", home = this.scheduler, plan } = parts;
    const actor = new Actor(this, plan);
    const kind = home.define<undefined, unknown, string, string>(name, {
      message: type<string>(),
      run: actor.run,
      ...options,
    });
    return { kind, a: kind.get("a"), actor };
  }

  /** For the option of that name: it writes `undelivered [x,y] Error x2`, where
   * 2 is the number of attempts. */
  readonly undelivered = (
    messages: readonly unknown[],
    { error, attempts }: Failure,
  ): void => {
    const what = `[${list(messages)}] ${nameOf(error)} x${attempts}`;
    this.told.push(`undelivered ${what}`);
  };

  /** What was told so far; it counts as expected. */
  takeTold(): string[] {
    return this.told.splice(0);
  }

  /** Lets time pass, in steps, so that what begins does so at its time. */
  async pass(ms: number, stepMs = 1): Promise<void> {
    await this.settle();
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(Math.min(stepMs, ms - passed));
      await this.settle();
    }
  }

  /** Lets all happen that needs no time, timers of 0 ms included. */
  async settle(): Promise<void> {
    do {
      await microtasks();
      this.clock.advance(0);
      await microtasks();
    } while (this.clock.runTurns() > 0);
  }

  /** Nobody may have been told of what the test did not expect. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    assertEquals(this.takeTold(), [], "nobody should have been told");
  }
}

/** One that is observed. */
export class ObservedKindStage extends KindStage {
  /** Its events. */
  readonly recorder: Recorder = new Recorder();

  constructor(options: ConstructorParameters<typeof KindStage>[0] = {}) {
    super(options);
    this.scheduler.observe(this.recorder);
  }
}

/** Messages as text, `-` for none. */
export function list(messages: readonly unknown[]): string {
  return messages.length === 0 ? "-" : messages.map(String).join(",");
}

/** The class of an error; anything else as text. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

/** A report in one line for each of its entries, as `left k/a [x,y]`. */
export function linesOf(report: CloseReport): string[] {
  const { finished, aborted, left, stuck } = report;
  const lines = Object.entries({ aborted, left, stuck }).flatMap((
    [what, entries],
  ) =>
    entries.map(({ kind, key, messages }) =>
      `${what} ${kind === undefined ? key : `${kind}/${key}`} [${
        list(messages)
      }]`
    )
  );
  return [`finished ${finished}`, ...lines];
}
