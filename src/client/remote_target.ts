/**
 * The calls of an endpoint, as a `Target`.
 *
 * @module
 */
import type { CancelOptions, ItemName, WaitOptions } from "../core/calls.ts";
import type { Observer, Snapshot } from "../core/observer.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  type Rules,
  SIGNAL,
} from "../core/options.ts";
import type {
  TargetEntry,
  TargetItem,
  TargetKind,
  TargetPage,
  TargetReceipt,
  TargetRequest,
} from "../core/target.ts";
import { ITEM, ITEM_PAGE, KINDS, SNAPSHOT, TAKEN } from "./answers.ts";
import { enqueueMany } from "./batch.ts";
import type { Call } from "./call.ts";
import type { Caller } from "./caller.ts";
import { ProblemError } from "./errors.ts";
import type { RemoteEvent } from "./event_shapes.ts";
import { type EventOptions, eventsOf } from "./events.ts";
import { request, resultOf } from "./inquiry.ts";
import { enqueue } from "./intake.ts";
import { Letters } from "./letters.ts";
import { observe, type ObserveOptions } from "./observe.ts";
import { pageCall } from "./paging.ts";
import type {
  AnyDefinition,
  RemoteCancelOptions,
  RemoteKind,
  RemoteQuery,
} from "./remote_kind.ts";
import { type Reached, RemoteKindHandle } from "./remote_kind_handle.ts";
import {
  actionOf,
  type RemoteOptions,
  type RemoteRequestOptions,
} from "./said.ts";
import { nothing, type Shape } from "./shape.ts";
import { itemPath, kindPath, type TakenBody } from "./wire.ts";

type Messages = readonly unknown[] | undefined;

const CANCEL_RULES: Rules<RemoteCancelOptions> = {
  running: BOOLEAN,
  signal: SIGNAL,
};

/** The one implementation of `Client`. */
export class RemoteTarget implements Reached {
  readonly refusal: undefined;
  readonly letters: Letters;
  readonly #caller: Caller;
  /** Observers that are not told anything yet. */
  readonly #opening: Set<Promise<void>> = new Set();
  readonly #kinds: Readonly<Record<string, AnyDefinition>>;

  /** `kinds` by the names that their users call them. */
  constructor(
    caller: Caller,
    kinds: Readonly<Record<string, AnyDefinition>>,
  ) {
    this.#caller = caller;
    this.#kinds = kinds;
    this.letters = new Letters(caller);
  }

  /** Whatever the types say that the kind is. */
  kind<Kind = RemoteKind<unknown, unknown, unknown>>(
    given: string | AnyDefinition,
  ): Kind {
    const known = typeof given === "string" && Object.hasOwn(this.#kinds, given)
      ? this.#kinds[given]
      : given;
    const name = typeof known === "string" ? known : known?.name;
    const handle: unknown = new RemoteKindHandle(this, name);
    return handle as Kind; // Types are for the compiler alone.
  }

  async kinds({ signal }: WaitOptions = {}): Promise<readonly TargetKind[]> {
    const { kinds } = await this.#look("list kinds", "/v1/kinds", {
      shape: KINDS,
      signal,
    });
    return kinds;
  }

  async enqueue(
    name: ItemName<string>,
    message?: unknown,
    options: RemoteOptions = {},
  ): Promise<TargetReceipt> {
    return await enqueue(this.#caller, name, message, options);
  }

  async enqueueMany(
    kind: string,
    entries: readonly TargetEntry[],
    options: WaitOptions = {},
  ): Promise<readonly (TargetReceipt | Error)[]> {
    return await enqueueMany(this.#caller, kind, entries, options);
  }

  async request(
    name: ItemName<string>,
    message?: unknown,
    options: RemoteRequestOptions = {},
  ): Promise<TargetRequest> {
    return await request(this.#caller, name, message, options);
  }

  async resultOf(
    name: ItemName<string>,
    message?: unknown,
    options: RemoteRequestOptions = {},
  ): Promise<unknown> {
    return await resultOf(this.#caller, name, message, options);
  }

  async inspect(
    name: ItemName<string>,
    { signal }: WaitOptions = {},
  ): Promise<TargetItem | undefined> {
    try {
      const { value } = await this.#caller.send({
        action: actionOf("inspect", name),
        method: "GET",
        path: itemPath(name),
        effect: "look",
        signal,
        expects: { 200: ITEM },
      });
      return value;
    } catch (error) {
      const isUnknown = error instanceof ProblemError &&
        error.code === "WI-NO-ITEM";
      if (isUnknown) return undefined;
      throw error;
    }
  }

  async list(
    kind: string,
    query: RemoteQuery = {},
  ): Promise<TargetPage<TargetItem>> {
    const parts = { path: kindPath, shape: ITEM_PAGE };
    const call = pageCall("list items", kind, query, parts);
    return (await this.#caller.send(call)).value;
  }

  async cancel(
    name: ItemName<string>,
    options: CancelOptions & WaitOptions = {},
  ): Promise<Messages> {
    const action = actionOf("cancel", name);
    const { running = false, signal } = check(action, options, CANCEL_RULES);
    const query = running ? "?running=true" : "";
    const path = `${itemPath(name)}/cancel${query}`;
    return await this.#take({ action, method: "POST", path, signal });
  }

  async delete(
    name: ItemName<string>,
    { signal }: WaitOptions = {},
  ): Promise<Messages> {
    const action = actionOf("delete", name);
    const path = itemPath(name);
    return await this.#take({ action, method: "DELETE", path, signal });
  }

  async suspend(
    name: ItemName<string>,
    isSuspended: boolean,
    options: WaitOptions = {},
  ): Promise<void> {
    const verb = isSuspended ? "suspend" : "resume";
    const action = actionOf(verb, name);
    checkOne(action, "isSuspended", BOOLEAN, isSuspended);
    await this.#tell(action, `${itemPath(name)}/${verb}`, "again", options);
  }

  async reset(
    name: ItemName<string>,
    options: WaitOptions = {},
  ): Promise<void> {
    const action = actionOf("reset", name);
    await this.#tell(action, `${itemPath(name)}/reset`, "once", options);
  }

  async pause(isPaused: boolean, options: WaitOptions = {}): Promise<void> {
    const verb = isPaused ? "pause" : "resume";
    const action = `Cannot ${verb} the scheduler`;
    checkOne(action, "isPaused", BOOLEAN, isPaused);
    await this.#tell(action, `/v1/scheduler/${verb}`, "again", options);
  }

  async snapshot({ signal }: WaitOptions = {}): Promise<Snapshot> {
    const parts = { shape: SNAPSHOT, signal };
    return await this.#look("take a snapshot", "/v1/stats", parts);
  }

  events(
    options: EventOptions = {},
  ): AsyncGenerator<RemoteEvent, void, undefined> {
    return eventsOf(this.#caller, options);
  }

  observe(observer: Observer, options: ObserveOptions = {}): () => void {
    const { opened, stop } = observe(this.#caller, observer, options);
    this.#opening.add(opened);
    opened.then(() => this.#opening.delete(opened));
    return stop;
  }

  async observing(): Promise<void> {
    await Promise.all(this.#opening);
  }

  async #look<Value>(
    verb: string,
    path: string,
    { shape, signal }: {
      readonly shape: Shape<Value>;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Value> {
    const { value } = await this.#caller.send({
      action: `Cannot ${verb}`,
      method: "GET",
      path,
      effect: "look",
      signal,
      expects: { 200: shape },
    });
    return value;
  }

  async #tell(
    action: string,
    path: string,
    effect: "again" | "once",
    { signal }: WaitOptions,
  ): Promise<void> {
    await this.#caller.send({
      action,
      method: "POST",
      path,
      effect,
      signal,
      expects: { 204: nothing },
    });
  }

  async #take(
    call: Pick<Call<TakenBody>, "action" | "method" | "path" | "signal">,
  ): Promise<Messages> {
    const expects = { 200: TAKEN };
    const { value } = await this.#caller.send({
      ...call,
      effect: "once",
      expects,
    });
    return value.owed ? value.messages : undefined;
  }
}
