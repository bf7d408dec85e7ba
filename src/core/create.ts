/**
 * How items, kinds and scopes are made.
 *
 * @module
 */
import type { Parent } from "./calls.ts";
import {
  type Checked,
  checkModes,
  define,
  gatesOf,
  ITEM_RULES,
  KIND_RULES,
} from "./definition.ts";
import type { Engine } from "./engine.ts";
import { ClosedError, DeletedError } from "./errors.ts";
import { SerialGate } from "./gates.ts";
import { Item } from "./handle.ts";
import { Keys } from "./keys.ts";
import type { Kind, KindDefinition, KindOptions } from "./kind.ts";
import { KindHandle } from "./kind_handle.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  FUNCTION,
  KEY,
  type Rules,
} from "./options.ts";
import {
  type Callback,
  type Definition,
  ItemRecord,
  ScopeRecord,
} from "./record.ts";
import type { Scope, ScopeOptions } from "./scope.ts";
import type { WorkItem, WorkItemOptions } from "./work_item.ts";

const SCOPE_RULES: Rules<ScopeOptions> = {
  serialize: BOOLEAN,
  cleanup: FUNCTION,
};

/** A scope as its user holds it. */
class ScopeHandle implements Scope {
  readonly #engine: Engine;
  readonly #scope: ScopeRecord;

  constructor(engine: Engine, scope: ScopeRecord) {
    this.#engine = engine;
    this.#scope = scope;
  }

  get parent(): Parent | undefined {
    const { life, parent } = this.#scope;
    return life === "deleted" ? undefined : parent?.face;
  }

  createWorkItem<Context, Output, Input, Message>(
    options: WorkItemOptions<Context, Output, Input, Message>,
  ): WorkItem<Context, Output, Input, Message> {
    return createItem(this.#engine, this.#scope, options);
  }

  createScope(options: ScopeOptions = {}): Scope {
    return createScope(this.#engine, this.#scope, options);
  }

  define<Context, Output, Input, Message>(
    name: string | KindDefinition<Context, Output, Input, Message>,
    options?: KindOptions<Context, Output, Input, Message>,
  ): Kind<Context, Output, Input, Message> {
    return createKind(this.#engine, this.#scope, name, options);
  }

  delete(): Promise<void> {
    const promise = this.#engine.deletions.deleteScope(this.#scope);
    const { verifier } = this.#engine;
    return verifier?.watchDeletion(promise, this.#scope) ?? promise;
  }
}

/** Makes a scope inside `parent`. */
export function createScope(
  engine: Engine,
  parent: ScopeRecord,
  options: ScopeOptions,
): Scope {
  const action = "Cannot create scope";
  const { serialize, cleanup } = check(action, options, SCOPE_RULES);
  checkAlive(action, engine, parent);
  const gate = parent.gate ?? (serialize ? new SerialGate() : undefined);
  const scope = new ScopeRecord(parent, { gate, cleanup });
  const handle = new ScopeHandle(engine, scope);
  scope.face = handle;
  parent.children.add(scope);
  return handle;
}

/** Makes an item inside `scope`. */
export function createItem<Context, Output, Input, Message>(
  engine: Engine,
  scope: ScopeRecord,
  options: WorkItemOptions<Context, Output, Input, Message>,
): WorkItem<Context, Output, Input, Message> {
  const action = "Cannot create work item";
  const { key, context, ...shared } = check(action, options, ITEM_RULES);
  const callback = callbackOf(action, shared);
  const definition = defineItem(action, engine, scope, shared);
  checkAlive(action, engine, scope);
  const record = new ItemRecord(definition, callback, context?.(), key);
  checkAlive(action, engine, scope); // `context` may have ended it.
  if (scope.keeps(record)) scope.children.add(record);
  const item: unknown = new Item(record);
  return item as WorkItem<Context, Output, Input, Message>; // As options say.
}

/** Defines a kind inside `scope`. */
export function createKind<Context, Output, Input, Message>(
  engine: Engine,
  scope: ScopeRecord,
  name: string | KindDefinition<Context, Output, Input, Message>,
  options?: KindOptions<Context, Output, Input, Message>,
): Kind<Context, Output, Input, Message> {
  let action = "Cannot define kind";
  const [kind, given] = typeof name === "object" && name !== null
    ? [name.name, name.options]
    : [name, options];
  checkOne(action, "name", KEY, kind); // It stands in URLs as keys do.
  action += ` "${kind}"`;
  const checked = check(action, given ?? {} as never, KIND_RULES);
  const { context, concurrency, rate, passivateAfter, ...shared } = checked;
  const callback = callbackOf(action, shared);
  checkModes(action, shared as unknown as Checked);
  const gates = gatesOf(action, { concurrency, rate }, engine);
  checkAlive(action, engine, scope);
  if (engine.kinds.has(kind)) {
    throw new TypeError(
      `${action} as a kind has this name: ` +
        "keep what define() returned",
    );
  }
  const parts = { callback, context, passivateAfterMs: passivateAfter };
  const { verifier } = engine;
  const keys = new Keys(kind, engine, parts, (self) => {
    const own = { entrance: self, port: self, kind, keys: self };
    const place = { ...own, scope, gates, verifier };
    return define(shared as unknown as Checked, place);
  });
  const handle = new KindHandle(kind, keys, scope, engine.clock);
  engine.kinds.set(kind, handle);
  scope.children.add(keys);
  return handle as unknown as Kind<Context, Output, Input, Message>; // As options say.
}

/** Any options that a callback is among. */
interface Given {
  readonly run: unknown;
}

function callbackOf(action: string, { run }: Given): Callback {
  checkOne(action, "run", FUNCTION, run);
  return run as Callback; // What it is handed is a Run.
}

/** What the items made from these options share; without any, all of a scope
 * share one. */
function defineItem(
  action: string,
  engine: Engine,
  scope: ScopeRecord,
  shared: Given,
): Definition {
  const { run: _, ...rest } = shared;
  const isPlain = Object.values(rest).every((value) => value === undefined);
  if (isPlain && scope.plain !== undefined) return scope.plain;
  const options = shared as unknown as Checked; // Whatever its types were.
  checkModes(action, options);
  const place = {
    scope,
    entrance: engine,
    port: engine.items,
    kind: undefined,
    keys: undefined,
    gates: [],
    verifier: engine.verifier,
  };
  const definition = define(options, place);
  if (isPlain) scope.plain = definition;
  return definition;
}

function checkAlive(action: string, engine: Engine, scope: ScopeRecord): void {
  if (engine.isClosed) throw new ClosedError(action);
  if (scope.life !== "live") {
    throw new DeletedError(`${action} in a scope`);
  }
}
