/** Mistakes that somebody could make in the store on Deno KV. The simulation
 * must notice every one of them; `sim_mutation_test.ts` shows that it does. */
import { type Mutant, mutant } from "./mutation.ts";

/** Those that the issue names. */
export const NAMED: readonly Mutant[] = [
  mutant("a settlement does not check the tail", [
    "kv/settle.ts",
    "draft.check(layout.tail(claim), tail.versionstamp);",
    "",
  ]),
  mutant("a settlement does not check the item", [
    "kv/settle.ts",
    "draft.check(layout.item(claim), claim.fence);",
    "",
  ]),
  mutant(
    "no id is remembered",
    [
      "kv/enqueue.ts",
      "draft.check(key, this.#seen.get(id)?.versionstamp ?? null);",
      "",
    ],
    ["kv/enqueue.ts", "if (id !== undefined && seen.has(id))", "if (false)"],
  ),
  mutant("a claim does not check its session", [
    "kv/claim.ts",
    'draft.check(layout.session("h", session.name), session.versionstamp);',
    "",
  ]),
  mutant(
    "context and acknowledgement are two transactions",
    [
      "kv/settle.ts",
      `writeContext(parts, draft, { claim, context: contextOf(end, next) });
      writeOwn`,
      "writeOwn",
    ],
    [
      "kv/settle.ts",
      'let refusal: "lost" | "conflict" = "lost";',
      `let refusal: "lost" | "conflict" = "lost";
  if (verdict.type === "complete") {
    await change(parts, "Cannot settle", {
      names: [claim],
      draft: (draft) => {
        writeContext(parts, draft, { claim, context: verdict.context });
        return Promise.resolve(verdict.context !== undefined);
      },
    });
  }`,
    ],
  ),
];

/** More about commits and their outcomes. */
export const COMMITS: readonly Mutant[] = [
  mutant("a claim and the end of its session share a commit", [
    "kv/claim.ts",
    "session: session.name,\n    draft:",
    "draft:",
  ]),
  mutant("a group is tried again although it may still happen", [
    "kv/committer.ts",
    "isHopeless(error) && isOver",
    "isHopeless(error)",
  ], [
    "kv/trouble.ts",
    "database is closed/i",
    "closed/i",
  ]),
  mutant("a commit does not check the marker", [
    "kv/chain.ts",
    ".check({ key, versionstamp: this.#marker ?? null })",
    "",
  ]),
  mutant("the marker is not looked at", [
    "kv/chain.ts",
    "if (value?.seq !== seq || versionstamp === null) return undefined;",
    "if (seq !== -1 || versionstamp === null) return undefined;",
  ]),
  mutant("counted positions are not checked", [
    "kv/chain.ts",
    "atomic.check({ key: layout.positions, versionstamp: before });",
    "",
  ]),
];

/** More about enqueues and messages. */
export const MESSAGES: readonly Mutant[] = [
  mutant("an enqueue does not check the item", [
    "kv/enqueue.ts",
    "draft.check(layout.item(name), versionstamp);",
    "",
  ]),
  mutant("an enqueue does not check the note", [
    "kv/enqueue.ts",
    "draft.check(layout.note(this.#name), note.versionstamp);",
    "",
  ]),
  mutant("a note leaves the tail as it is", [
    "kv/enqueue.ts",
    "draft.sum(layout.tail(this.#name), BigInt(count)); // Even if it is 0.",
    "if (count !== 0) draft.sum(layout.tail(this.#name), BigInt(count));",
  ]),
  mutant("messages of one commit stand in the wrong order", [
    "kv/enqueue.ts",
    "this.#messages.push(messageOf(wake));",
    "this.#messages.unshift(messageOf(wake));",
  ]),
  mutant("a run is handed what came after its claim", [
    "kv/load.ts",
    "else if (String(entry.key.at(-1)) <= claim.position) older.push(entry);",
    "else older.push(entry);",
  ]),
  mutant("what a run was not handed is forgotten", [
    "kv/settle.ts",
    "if (basis.more) return { ...base, n, from: leftSince(claim, basis) };",
    "",
  ]),
  mutant("what is buried stays in the inbox", [
    "kv/settle.ts",
    `acknowledge(draft, basis);
      tell(parts, draft, basis, verdict);`,
    "tell(parts, draft, basis, verdict);",
  ]),
  mutant("a fold takes what a run was handed", [
    "kv/fold.ts",
    'item.value?.state === "running"',
    "item.value === null",
  ]),
  mutant("a fold takes what somebody waits for", [
    "kv/fold.ts",
    "reply === undefined && body !== undefined",
    "body !== undefined",
  ]),
  mutant("a fold does not count", [
    "kv/fold.ts",
    "draft.sum(layout.tail(name), wrapped(1 - bodies.length));",
    "",
  ]),
];

/** More about what is done from outside, and about recovery. */
export const CONTROL: readonly Mutant[] = [
  mutant("a promotion does not check the item", [
    "kv/promote.ts",
    "draft.check(layout.item(name), item.versionstamp);",
    "",
  ]),
  mutant("a recovery does not check the item", [
    "kv/sessions.ts",
    `draft.check(layout.item(name), item.versionstamp);
        draft.check(layout.note(name), note.versionstamp);`,
    "draft.check(layout.note(name), note.versionstamp);",
  ]),
  mutant("a recovery forgets what the run was told", [
    "kv/sessions.ts",
    "if (told.isDeleted) {",
    "if (false) {",
  ]),
  mutant("a claim leaves no trace for a recovery", [
    "kv/claim.ts",
    "draft.setAt(layout.claims(session.name), names, bytes);",
    "",
  ]),
  mutant("a session with claims is closed as if it had none", [
    "kv/sessions.ts",
    'if (!isDone) draft.set(layout.session("z", name), 0);',
    "if (false) {}",
  ]),
  mutant("a cancel does not check the item", [
    "kv/cancel.ts",
    `draft.check(layout.item(name), item.versionstamp);
  draft.check(layout.tail(name), tail.versionstamp);
  const from`,
    "const from",
  ]),
  mutant("a cancel during a run does not check the tail", [
    "kv/cancel.ts",
    `draft.check(layout.tail(name), tail.versionstamp);
  draft.set(layout.note(name)`,
    "draft.set(layout.note(name)",
  ]),
  mutant("a cancel leaves the messages", [
    "kv/slices.ts",
    "for (const { key } of entries) draft.delete(key);",
    "",
  ]),
  mutant("a deletion leaves the context", [
    "kv/delete.ts",
    "draft.delete(layout.context(name));",
    "",
  ]),
  mutant("a suspended item stays in its ready list", [
    "kv/control.ts",
    "if (isQueued && suspended) await unmention(parts, draft, name, item);",
    "",
  ]),
  mutant("a ready list is written without a check", [
    "kv/parts.ts",
    "draft.check(place, entry.versionstamp);",
    "",
  ]),
  mutant("a dead letter that is redriven stays", [
    "kv/letters.ts",
    `draft.delete(place);
      return true;
    },
  });
  const { messages }`,
    `return true;
    },
  });
  const { messages }`,
  ]),
  mutant("who waits is not told that a run failed", [
    "kv/settle.ts",
    `acknowledge(draft, basis);
      tell(parts, draft, basis, verdict);`,
    "acknowledge(draft, basis);",
  ]),
];
