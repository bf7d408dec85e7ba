/** Mistakes that somebody could make in how keys keep their messages, their
 * time and their failures. The simulator of kinds must notice every one of
 * them; `kinds_mutation_test.ts` shows that it does. */
import { type Mutant, mutant } from "../support/mutation.ts";

/** Those that issue 3 names, and more. */
export const MUTANTS: readonly Mutant[] = [
  // Named by the issue.
  mutant("messages are merged back the other way", [
    "inbox.ts",
    "merge(older[older.length - 1], edge)",
    "merge(edge, older[older.length - 1])",
  ]),
  mutant("messages go back behind the newer ones", [
    "inbox.ts",
    "record.inbox = [...messages, ...newer];",
    "record.inbox = [...newer, ...messages];",
  ]),
  mutant("messages are dropped when a run fails", [
    "verdict.ts",
    "giveBack(record, run, back);",
    "run.messages = undefined; giveBack(record, run, back);",
  ]),
  mutant(
    "the key is freed at the end of the run, not at its start",
    ["transitions.ts", "record.owed = false; // Before", "// Before"],
    [
      "dispatcher.ts",
      "executor.execute(record, record.callback);",
      "executor.execute(record, record.callback); record.owed = false;",
    ],
  ),
  mutant("a run shares its messages with the inbox until it ends", [
    "executor.ts",
    `    record.enqueues = 0;
    this.messages = record.inbox;
    record.inbox = undefined;`,
    `    record.enqueues = 0;
    this.messages = record.inbox;`,
  ]),
  mutant("an enqueue ends a backoff", [
    "delays.ts",
    "if (rare?.timer === undefined || rare.isBackoff) return;",
    "if (rare?.timer === undefined) return;",
  ]),
  mutant("a wake-up is lost to passivation", [
    "passivation.ts",
    "const isNeeded = !isIdle(record) || isSuspended(record);",
    "const isNeeded = record.running !== 0 || isSuspended(record);",
  ]),
  mutant("undelivered takes the newer messages too", [
    "completion.ts",
    `const left = unasked(run);
  const isAsked`,
    `const left = [...unasked(run), ...record.inbox ?? []];
  record.inbox = undefined;
  const isAsked`,
  ]),

  mutant("the rate's window is cut short when nobody waits", [
    "gates.ts",
    "this.#port.timers.stop(this.#timer);",
    "this.#starts.length = 0; this.#port.timers.stop(this.#timer);",
  ]),

  // Messages.
  mutant("what a run may not have is dropped", [
    "inbox.ts",
    "const rest = record.inbox = messages;",
    "const rest = record.inbox = messages.slice(0, 0);",
  ]),
  mutant("what a run may not have is not owed", [
    "dispatcher.ts",
    "if (split(record, executor)) this.standing.owe(record);",
    "split(record, executor);",
  ]),
  mutant("a waiter does not stay with its message", [
    "inbox.ts",
    "if (waiter.behind > max) {",
    "if (waiter.behind > max + 1) {",
  ]),
  mutant("a waiter in the inbox forgets those that came back", [
    "inbox.ts",
    "waiter.behind += isMerged ? older - 1 : older;",
    "waiter.behind += 0;",
  ]),
  mutant("the waiters of a failed run are forgotten", [
    "inbox.ts",
    "record.waiters = mergeWaiters(waiters, record.waiters);",
    "if (waiters === undefined) record.waiters = record.waiters;",
  ]),
  mutant("a part is lost where merge throws", [
    "inbox.ts",
    "record.inbox = [...messages, ...newer];",
    `record.inbox = folded.merged !== undefined || newer.length === 0 ||
        record.definition.merge === undefined
      ? [...messages, ...newer]
      : messages;`,
  ]),
  mutant("a merged message is asked for if one part is", [
    "inbox.ts",
    "isAsked && (!isMerged || asked[size - 1] === true)",
    "isAsked || asked[size - 1] === true",
  ]),
  mutant("a message merged back is asked for if one part is", [
    "inbox.ts",
    "flags[older - 1] && flags[older] || false",
    "flags[older - 1] || flags[older] || false",
  ]),
  mutant("those who wait for their messages are told twice", [
    "inbox.ts",
    "messages?.filter((_, index) => !asked?.[index]) ?? WAKE_UP",
    "asked && messages || messages || WAKE_UP",
  ]),
  mutant("a full inbox takes one more", [
    "inbox.ts",
    "if (size < maxInbox) return;",
    "if (size <= maxInbox) return;",
  ]),
  mutant("cancel leaves the messages where they are", [
    "engine.ts",
    "record.inbox = undefined;",
    "",
  ]),
  mutant("cancelled runs are tried again", [
    "verdict.ts",
    '(cause === undefined || cause === "timeout")',
    '(cause === undefined || cause === "timeout" || cause === "cancel")',
  ]),

  // Time.
  mutant("an absorbed delay keeps its timer", [
    "delays.ts",
    `rare.isBackoff = false;
    this.#port.timers.stop(timer);`,
    "rare.isBackoff = false;",
  ]),
  mutant("an immediate enqueue does not absorb the delay", [
    "delays.ts",
    "if (delayMs === 0) return this.#due(record);",
    "if (delayMs === 0) return;",
  ]),
  mutant("a debounce takes the sooner time", [
    "delays.ts",
    "? Math.max(oldMs, newMs)",
    "? Math.min(oldMs, newMs)",
  ]),
  mutant("a throttle is put off", [
    "delays.ts",
    'if (reschedule === "keep") return oldMs;',
    'if (reschedule === "keep") return newMs;',
  ]),
  mutant("maxDelay counts from the last enqueue", [
    "delays.ts",
    "limit(record, rare, when);\n    const askedMs",
    "rare.delayedMs = nowMs;\n    limit(record, rare, when);\n    const askedMs",
  ]),
  mutant("maxDelay does not bound the first delay", [
    "delays.ts",
    "Math.min(nowMs + delayMs, rare.limitMs), false",
    "nowMs + delayMs, false",
  ]),
  mutant("the window of a rate is a millisecond short", [
    "gates.ts",
    "+ this.#intervalMs <= nowMs",
    "+ this.#intervalMs - 1 <= nowMs",
  ]),
  mutant("a rate lets one more start", [
    "gates.ts",
    `constructor({ limit, interval }: Rate, port: RatePort) {
    super(limit);`,
    `constructor({ limit, interval }: Rate, port: RatePort) {
    super(limit + 1);`,
  ]),
  mutant("a rate counts from when a run ends", [
    "gates.ts",
    "override ended(): void {}",
    `override ended(): void {
    this.#starts.pop();
    this.#starts.push(this.#port.clock.now());
  }`,
  ]),
  mutant("nobody looks at a rate again", [
    "gates.ts",
    "if (this.first !== undefined) this.#arm();",
    "",
  ]),
  mutant("the permits of who leaves are lost", [
    "transitions.ts",
    "if (gate !== gates[at]) gate.leave(record);",
    "",
  ]),
  mutant("a kind runs one more than its concurrency", [
    "gates.ts",
    "return this.#taken < this.#limit;",
    "return this.#taken <= this.#limit;",
  ]),

  mutant("a delay restarts the run that asked for it", [
    "delays.ts",
    "stops.restart(record, by);",
    "stops.restart(record, undefined);",
  ]),

  // Failure.
  mutant("reset does not begin again with attempt 1", [
    "engine.ts",
    `rare.hold = undefined;
    rare.failures = 0;`,
    "rare.hold = undefined;",
  ]),
  mutant("success does not end the attempts", [
    "verdict.ts",
    "if (record.rare !== undefined) record.rare.failures = 0;",
    'if (record.rare && fate === "spent") record.rare.failures = 0;',
  ]),
  mutant("exhaustion does not end the attempts", [
    "verdict.ts",
    "if (record.rare !== undefined) record.rare.failures = 0;",
    'if (record.rare && fate === "ok") record.rare.failures = 0;',
  ]),
  mutant("a restart counts as an attempt", [
    "verdict.ts",
    'if (fate !== "again") rareOf(record).failures++;',
    "rareOf(record).failures++;",
  ]),
  mutant("a cancel during a run ends its attempts", [
    "engine.ts",
    "if (record.running === 0) rare.failures = 0;",
    "rare.failures = 0;",
  ]),
  mutant("a cancelled backoff keeps its attempts", [
    "engine.ts",
    "if (record.running === 0) rare.failures = 0;",
    "",
  ]),
  mutant("a final error is tried again", [
    "retry.ts",
    "if (final === true) return undefined;",
    "",
  ]),
  mutant("retryAfter prolongs the attempts", [
    "retry.ts",
    "if (delayMs === undefined) return undefined;",
    "if (delayMs === undefined) return isTime(retryAfter) ? retryAfter : undefined;",
  ]),
  mutant("a hold forgets what is newer", [
    "verdict.ts",
    'if (fate === "hold") rareOf(record).hold = { error };',
    `if (fate === "hold") {
    rareOf(record).hold = { error };
    record.inbox = run.messages;
  }`,
  ]),
  mutant("a held item begins when it is enqueued", [
    "transitions.ts",
    "if (rare.hold !== undefined) return this.held;",
    "",
  ]),
  mutant("a hold keeps its waiters", [
    "completion.ts",
    'if (fate === "hold") refuseHeld(record, value);',
    "",
  ]),

  mutant("a request of a held item waits", [
    "intake.ts",
    "const isAsked = waiter !== undefined && hold === undefined;",
    "const isAsked = waiter !== undefined;",
  ]),

  // Memory and ends.
  mutant("a key without context is kept", [
    "keys.ts",
    'if (this.#isBare) this.records.delete(record.key ?? "");',
    "if (this.#isBare) return;",
  ]),
  mutant("a busy key is hidden", [
    "hidden.ts",
    "return !record.isSpecial && isIdle(record);",
    "return !record.isSpecial;",
  ]),
  mutant("a suspended key is forgotten", [
    "keys.ts",
    "if (isSuspended(record) || !this.#isKnown(record)) return;",
    "if (!this.#isKnown(record)) return;",
  ]),
  mutant("a suspended key loses its context", [
    "passivation.ts",
    "const isNeeded = !isIdle(record) || isSuspended(record);",
    "const isNeeded = !isIdle(record);",
  ]),
  mutant("a run begins while its predecessor cleans up", [
    "keys.ts",
    "rareOf(record).isBlocked = true;",
    "",
  ]),
  mutant("a key is dropped while it is deleted", [
    "passivation.ts",
    'if (isNeeded || record.life !== "live") return;',
    "if (isNeeded) return;",
  ]),
  mutant("only the first of two cleanups is waited for", [
    "passivation.ts",
    "const owner = first ?? record;",
    "const owner = record;",
  ]),
  mutant("nobody may begin after a cleanup", [
    "passivation.ts",
    "successor.rare.isBlocked = false;",
    "",
  ]),
  mutant("a backoff runs once more when its key is deleted", [
    "deletion.ts",
    "(rare.hold !== undefined || rare.isBackoff ||",
    "(rare.hold !== undefined ||",
  ]),
  mutant("a delayed run waits for its time when its key is deleted", [
    "deletion.ts",
    "} else if (rare.timer !== undefined) {",
    "} else if (rare.timer === undefined) {",
  ]),
  mutant("delete keeps to itself what it dropped", [
    "deletion.ts",
    "deletion.resolve(dropped);",
    "deletion.resolve(dropped && WAKE_UP);",
  ]),
  mutant("delete tells undelivered nothing", [
    "deletion.ts",
    "if (!isTold) return;",
    "if (isTold) return;",
  ]),
  mutant("delete drops what its scope leaves", [
    "deletion.ts",
    "reporter.report(error, { ...nameOf(record), messages });",
    "",
  ]),
  mutant("close leaves delayed work out of its report", [
    "closing.ts",
    "const messages = this.#engine.takeBack(record, error);",
    "const messages = this.#engine.takeBack(record, error).slice(1);",
  ]),
  mutant("close leaves aborted messages out of its report", [
    "completion.ts",
    "closing?.aborted(record, messages ?? WAKE_UP)",
    "closing?.aborted(record, WAKE_UP)",
  ]),
];
