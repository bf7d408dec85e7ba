/**
 * Server-sent events, as their bytes come: lines of any length that may be cut
 * anywhere, but never longer than they should be.
 *
 * @module
 */

/** An event as it was sent. */
export interface Frame {
  readonly event: string;
  readonly data: string;
}

/** An event is some hundred characters. */
const LENGTH_MAX = 65_536;

/** Lines of an event stream, until they make an event. */
export class EventLines {
  /** What to ask for after the connection broke; `undefined` until it is
   * known. */
  lastId: string | undefined;
  /** Milliseconds to wait before that, if the sender said so. */
  retryMs: number | undefined;
  #decoder: TextDecoder = new TextDecoder("utf-8", { fatal: true });
  #rest = "";
  #event = "";
  #data: string | undefined;
  #id: string | undefined;

  /** The events that end in these bytes. Throws if they are no text, or more
   * than an event should be. */
  feed(bytes: Uint8Array): readonly Frame[] {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A carriage return at the end may be half of a line's end.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const frames: Frame[] = [];
    for (const line of lines) {
      const frame = this.#take(line);
      if (frame !== undefined) frames.push(frame);
    }
    if (this.#rest.length > LENGTH_MAX) throw tooLong();
    return frames;
  }

  /** A new connection: what was not ended is sent again. */
  restart(): void {
    this.#decoder = new TextDecoder("utf-8", { fatal: true });
    this.#rest = this.#event = "";
    this.#data = undefined;
    this.#id = this.lastId;
  }

  #take(line: string): Frame | undefined {
    if (line === "") return this.#end();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined; // A comment: it only shows life.
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#add(value);
    else if (name === "id" && /^[!-~]{1,200}$/.test(value)) this.#id = value;
    else if (name === "retry" && /^\d{1,7}$/.test(value)) {
      this.retryMs = Number(value);
    }
    return undefined;
  }

  #add(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    if (this.#data.length > LENGTH_MAX) throw tooLong();
  }

  #end(): Frame | undefined {
    const event = this.#event;
    const data = this.#data;
    this.lastId = this.#id;
    this.#event = "";
    this.#data = undefined;
    return data === undefined ? undefined : { event, data };
  }
}

function tooLong(): RangeError {
  return new RangeError(`An event has more than ${LENGTH_MAX} characters`);
}
