/**
 * A doubly linked list whose elements carry their own links, so that putting
 * one in allocates nothing and taking one out of the middle costs the same
 * whatever the length.
 *
 * @module
 */

/** An element of at most one list at a time; only the list writes these. */
export interface Linked<T extends Linked<T>> {
  /** The element behind this one. */
  next: T | undefined;
  /** The element before this one. */
  previous: T | undefined;
  /** The list that holds it. */
  list: List<T> | undefined;
}

/** First in, first out, with removal from anywhere. */
export class List<T extends Linked<T>> {
  /** The number of elements. */
  size = 0;
  /** The element that has waited longest. */
  first: T | undefined;
  #last: T | undefined;

  /** Puts `element`, which is in no list, last. */
  push(element: T): void {
    const last = this.#last;
    element.previous = last;
    element.list = this;
    if (last === undefined) this.first = element;
    else last.next = element;
    this.#last = element;
    this.size++;
  }

  /** Puts `element`, which is in no list, first. */
  unshift(element: T): void {
    const first = this.first;
    element.next = first;
    element.list = this;
    if (first === undefined) this.#last = element;
    else first.previous = element;
    this.first = element;
    this.size++;
  }

  /** Takes the first element, or `undefined` when there is none. */
  shift(): T | undefined {
    const first = this.first;
    if (first === undefined) return undefined;
    const next = first.next;
    this.first = next;
    if (next === undefined) this.#last = undefined;
    else next.previous = undefined;
    first.next = undefined;
    first.list = undefined;
    this.size--;
    return first;
  }

  /** Takes out `element`, which is in this list. */
  remove(element: T): void {
    const next = element.next;
    const previous = element.previous;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    element.next = undefined;
    element.previous = undefined;
    element.list = undefined;
    this.size--;
  }
}
