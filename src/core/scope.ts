/**
 * How items and scopes are made: their options are checked, once, and become a
 * definition that the engine reads.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import { ClosedError, DeletedError } from "./errors.ts";
import { SerialGate } from "./gates.ts";
import { Item } from "./handle.ts";
import {
  BOOLEAN,
  check,
  checkOne,
  FUNCTION,
  integer,
  KEY,
  MS,
  type Rule,
  type Rules,
} from "./options.ts";
import {
  type Callback,
  type Definition,
  ItemRecord,
  ScopeRecord,
} from "./record.ts";
import type {
  Parent,
  Scope,
  ScopeOptions,
  WorkItem,
  WorkItemOptions,
} from "./work_item.ts";

/** Higher ones would need a longer ready queue. */
export const PRIORITY: Rule = integer(0, 255);
const MAX_RESTARTS_DEFAULT = 8;
const WHEN_RUNNING = ["rerun", "overlap", "restart", "skip"];
const RULES: Rules<WorkItemOptions<never, unknown>> = {
  key: KEY,
  context: FUNCTION,
  run: FUNCTION,
  whenRunning: {
    must: '"rerun", "overlap", "restart" or "skip"',
    type: "string",
    fits: (value: string) => WHEN_RUNNING.includes(value),
  },
  maxOverlap: integer(1),
  maxRestarts: integer(1),
  timeout: MS,
  priority: PRIORITY,
  cleanup: FUNCTION,
};
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

  createWorkItem<Context = undefined, Output = void>(
    options: WorkItemOptions<Context, Output>,
  ): WorkItem<Context, Output> {
    return createItem(this.#engine, this.#scope, options);
  }

  createScope(options: ScopeOptions = {}): Scope {
    return createScope(this.#engine, this.#scope, options);
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
export function createItem<Context, Output>(
  engine: Engine,
  scope: ScopeRecord,
  options: WorkItemOptions<Context, Output>,
): WorkItem<Context, Output> {
  const action = "Cannot create work item";
  const checked = check(action, options, RULES);
  const { key, context, run } = checked;
  checkOne(action, "run", FUNCTION, run);
  const definition = define(engine, scope, checked);
  checkAlive(action, engine, scope);
  const callback = run as unknown as Callback; // What it is handed is a Run.
  const record = new ItemRecord(definition, callback, {
    context: context?.(),
    key,
  });
  checkAlive(action, engine, scope); // `context` may have ended it.
  if (scope.keeps(record)) scope.children.add(record);
  const item = new Item(record);
  return item as unknown as WorkItem<Context, Output>; // As `context` made it.
}

/** The options whose types do not depend on the item's. */
type Shared =
  & Omit<WorkItemOptions, "key" | "context" | "run" | "cleanup">
  & { readonly cleanup?: unknown };

/** What the items made from these options share; without any, all of a scope
 * share one. */
function define(
  engine: Engine,
  scope: ScopeRecord,
  options: Shared,
): Definition {
  const { maxOverlap, maxRestarts, priority, timeout, whenRunning, cleanup } =
    options;
  const isPlain = (maxOverlap ?? maxRestarts ?? priority ?? timeout ??
    whenRunning ?? cleanup) === undefined;
  if (isPlain && scope.plain !== undefined) return scope.plain;
  checkMode(options);
  const definition: Definition = {
    kind: undefined,
    whenRunning: whenRunning ?? "rerun",
    maxOverlap: scope.gate === undefined ? maxOverlap : 1, // The gate wins.
    maxRestarts: maxRestarts ?? MAX_RESTARTS_DEFAULT,
    timeoutMs: timeout,
    priority: priority ?? 0,
    cleanup: cleanup as Definition["cleanup"], // Its context is its record's.
    scope,
    gate: scope.gate,
    port: engine.items,
    isSpecial: !isPlain || scope.gate !== undefined,
    isOneShot: false,
  };
  if (isPlain) scope.plain = definition;
  return definition;
}

/** A limit without the mode that it limits is a mistake. */
function checkMode({ maxOverlap, maxRestarts, whenRunning }: Shared): void {
  const isOver = maxOverlap !== undefined && whenRunning !== "overlap";
  const isRestart = maxRestarts !== undefined && whenRunning !== "restart";
  if (!isOver && !isRestart) return;
  const [name, mode] = isOver
    ? ["maxOverlap", "overlap"]
    : ["maxRestarts", "restart"];
  throw new TypeError(
    `Cannot create work item as "${name}" needs whenRunning: "${mode}"`,
  );
}

function checkAlive(action: string, engine: Engine, scope: ScopeRecord): void {
  if (engine.isClosed) throw new ClosedError(action);
  if (scope.life !== "live") {
    throw new DeletedError(`${action} in a scope`);
  }
}
