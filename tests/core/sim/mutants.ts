/** Mistakes that somebody could make in the engine. The simulator must notice
 * every one of them; `mutation_test.ts` shows that it does. */

import { type Mutant, mutant } from "../support/mutation.ts";

/** Those that the issue names, and more. */
export const MUTANTS: readonly Mutant[] = [
  mutant(
    "the owed mark is cleared after the callback",
    ["transitions.ts", "record.owed = false; // Before", "// Before"],
    [
      "dispatcher.ts",
      "executor.execute(record, record.callback);",
      "executor.execute(record, record.callback); record.owed = false;",
    ],
    [
      "dispatcher.ts",
      "result = callback(run);",
      "result = callback(run); record.owed = false;",
    ],
  ),
  mutant("an enqueue during a run is ignored (short way)", [
    "intake.ts",
    "this.standing.owePlain(record);",
    "if (record.running === 0) this.standing.owePlain(record);",
  ]),
  mutant("an enqueue during a run is ignored (long way)", [
    "intake.ts",
    `this.standing.owe(record);
      this.keepAlive`,
    `if (mayBegin) this.standing.owe(record);
      this.keepAlive`,
  ]),
  mutant("the bound is not checked", [
    "executor.ts",
    "return this.inFlight < this.#bound;",
    "return true;",
  ]),
  mutant(
    "flush waits for the queue only",
    [
      "waiting.ts",
      "const waiters = attach(record, settle);",
      `if (!record.owed) settle.resolve(undefined);
    const waiters = attach(record, settle);`,
    ],
    ["waiting.ts", "run !== undefined; run = run.older", "false;"],
  ),
  mutant("cleanup comes before the last owed run", [
    "deletion.ts",
    "if (isIdle(record)) this.finish(record);",
    "if (record.running === 0) this.finish(record);",
  ]),
  mutant("cancel leaves the node in the list", [
    "engine.ts",
    "this.standing.disown(record);",
    `if (this.isClosed) this.standing.disown(record); // Else close() hangs.
    else {
      record.owed = false;
      this.standing.owed--;
    }`,
  ]),
  mutant("a gate forgets its head", [
    "gates.ts",
    "return this.#holder = itemOf(",
    "return this.#holder = undefined; itemOf(",
  ]),
  mutant("a restart drops the waiters", [
    "inbox.ts",
    "record.waiters = mergeWaiters(waiters, record.waiters);",
    "",
  ]),
  mutant("a restart drops the count", [
    "inbox.ts",
    "record.enqueues += run.coalesced;",
    "",
  ]),
  mutant("the overlap bound is ignored", [
    "transitions.ts",
    "running < (definition.maxOverlap ?? this.maxOverlap)",
    "running > 0",
  ]),
  mutant("a suspended item is started", [
    "transitions.ts",
    "if (isSuspended(record)) return this.parked;",
    "",
  ]),
  mutant("priority is ignored", [
    "levels.ts",
    "return this.#byPriority[priority] ?? this.#open(priority);",
    "return priority < 0 ? this.#open(priority) : this.base;",
  ]),
  mutant("a rerun goes to the head", [
    "dispatcher.ts",
    "this.standing.ready.base.push(record)",
    "this.standing.ready.base.unshift(record)",
  ]),
  mutant("delete drops the owed run", [
    "deletion.ts",
    "isSuspended(record) || this.#port.isPaused)",
    "record.owed)",
  ]),
  mutant("close drops due runs within the grace", [
    "closing.ts",
    "if (engine.isPaused) this.#dropDue();",
    "this.#dropDue();",
  ]),
  mutant("a resume handle counts twice", [
    "items.ts",
    "if (isUsed) return;",
    "",
  ]),
  mutant("a stuck run is not counted", [
    "closing.ts",
    "this.#engine.counts.stuck++;",
    "",
  ]),
  mutant("a timer outlives its run", [
    "dispatcher.ts",
    "halt?.release?.();",
    "",
  ]),
  mutant("a run restarts itself", [
    "stops.ts",
    "(by?.facts === run && !by.ended)",
    "false",
  ]),
  mutant("restarts never end", [
    "stops.ts",
    "rare.restarts >= maxRestarts",
    "false",
  ]),
  mutant("cancel does not prevail over a restart", [
    "halt.ts",
    'isFirst || cause === "cancel" ||',
    "isFirst ||",
  ]),
  mutant("a scope is cleaned up before its children", [
    "deletion.ts",
    "await Promise.allSettled(ends)",
    "await Promise.allSettled(ends.slice(0, 0))",
  ]),
  mutant("an executor beyond the bound is used again", [
    "executor.ts",
    `executor.end();
    this.inFlight--;
    if (executor.number < this.#bound)`,
    `executor.end();
    this.inFlight--;
    if (executor.number >= 0)`,
  ]),
  mutant("an aborted one-shot stays in the queue", [
    "one_shot.ts",
    "this.#engine.withdraw(this.#oneShot, reason)",
    "this.#oneShot.reject(reason)",
  ]),
  mutant("a more urgent item waits behind a gate", [
    "gates.ts",
    "holder === undefined || this.#givesWay(holder, record)",
    "holder === undefined",
  ]),
  mutant("lowering the bound forgets who stands behind its own run", [
    "engine.ts",
    "this.standing.maxOverlap = bound;",
    "",
  ]),
  mutant("a cancel forgets who waits until idle", [
    "engine.ts",
    "tell(idlers, (waiter) => waiter.refuse(error));",
    "",
  ]),
];
