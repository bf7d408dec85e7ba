/**
 * Dead letters: to look at, to enqueue again, to forget.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import { DeletedError } from "../../core/errors.ts";
import type { DeadLetter, DeadQuery, Page } from "../../durable/stored.ts";
import { type Book, copyOf, idOf } from "./book.ts";
import { accept, actionOf, AT_ONCE } from "./enqueue.ts";
import { pageOf } from "./views.ts";

/** A page of dead letters. */
export function dead(book: Book, query: DeadQuery): Page<DeadLetter> {
  const { kind, key, prefix = "" } = query;
  const letters = [...book.letters.values()].flat().filter((letter) =>
    letter.kind === kind && letter.key.startsWith(prefix) &&
    (key === undefined || letter.key === key)
  );
  const places = letters.map((item) => ({ place: [item.key, item.id], item }));
  const page = pageOf(places, query);
  const items = page.items.map((letter) => ({
    ...letter,
    messages: letter.messages.map(copyOf),
  }));
  return { ...page, items };
}

/** Enqueues the messages of a dead letter again, as new ones. */
export function redrive(
  book: Book,
  name: ItemName<string>,
  id: string,
): number {
  const letter = letterOf(book, name, id);
  if (letter === undefined) return 0;
  if (book.find(name)?.isDeleting === true) {
    throw new DeletedError(actionOf(name));
  }
  const bodies = letter.messages.flatMap(({ body }) => body ?? []);
  const { kind, key } = letter;
  if (bodies.length === 0) accept(book, { kind, key }, AT_ONCE);
  for (const body of bodies) accept(book, { kind, key, body }, AT_ONCE);
  discard(book, name, id);
  return bodies.length;
}

/** Forgets a dead letter. */
export function discard(
  book: Book,
  name: ItemName<string>,
  id: string,
): boolean {
  const letter = letterOf(book, name, id);
  if (letter === undefined) return false;
  const left = book.letters.get(idOf(name))?.filter((one) => one !== letter);
  book.letters.set(idOf(name), left ?? []);
  if (left?.length === 0) book.letters.delete(idOf(name));
  book.nextVersion();
  return true;
}

function letterOf(
  book: Book,
  name: ItemName<string>,
  id: string,
): DeadLetter | undefined {
  return book.letters.get(idOf(name))?.find((letter) => letter.id === id);
}
