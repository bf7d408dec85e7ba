/**
 * Looks for what can only be wrong if this store itself is.
 *
 * @module
 */
import type { Fault, FsckReport } from "../../durable/store.ts";
import { type Book, dueNow, type Item, labelOf, stateOf } from "./book.ts";

interface Rule {
  readonly name: string;
  isBroken(book: Book, item: Item): boolean;
  mend(book: Book, item: Item): void;
}

const RULES: readonly Rule[] = [
  {
    name: "queued-without-entry",
    isBroken: ({ ready }, item) =>
      stateOf(item) === "queued" && !ready.has(item),
    mend: ({ ready }, item) => void ready.add(item),
  },
  {
    name: "entry-without-queued",
    isBroken: ({ ready }, item) =>
      stateOf(item) !== "queued" && ready.has(item),
    mend: ({ ready }, item) => void ready.delete(item),
  },
  {
    name: "messages-of-idle",
    isBroken: (_book, { messages, owed, run }) =>
      messages.length > (run?.claimed ?? 0) && owed === undefined,
    mend: (book, item) => {
      item.owed = dueNow();
      book.changed(item);
    },
  },
  {
    name: "run-without-session",
    isBroken: ({ sessions }, item) =>
      item.run !== undefined &&
      sessions.get(item.run.session)?.claims.has(item) !== true,
    mend: (book, item) => {
      item.owed = dueNow(item.run?.since);
      item.run = undefined;
      book.changed(item);
    },
  },
];

/** Looks at all items, and mends what is wrong if asked. */
export function fsck(book: Book, repair: boolean): FsckReport {
  const items = [...book.items.values()];
  const faults = items.flatMap((item) =>
    RULES.filter((rule) => rule.isBroken(book, item)).map((rule): Fault => {
      if (repair) rule.mend(book, item);
      return { rule: rule.name, subject: labelOf(item), isRepaired: repair };
    })
  );
  const messages = items.reduce((sum, item) => sum + item.messages.length, 0);
  return { items: items.length, messages, faults };
}
