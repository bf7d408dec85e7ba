/**
 * What the processes of a torture write down: each into a file of its own, a
 * line for each event, which survives the process.
 *
 * @module
 */

/** When, in milliseconds since 1970: all processes are on one machine. */
export type Ms = number;

/** What a producer writes. */
export type ProducerEvent =
  /** Is about to be enqueued. */
  | readonly ["sent", id: string, key: string, at: Ms]
  /** Is about to be enqueued a second time, as no answer came. */
  | readonly ["resent", id: string, key: string, at: Ms]
  /** The enqueue has resolved. */
  | readonly ["acknowledged", id: string, outcome: string, at: Ms]
  | readonly ["refused", id: string, code: string];

/** What a runner writes. */
export type RunnerEvent =
  /** A renewal that was sent then has been confirmed. */
  | readonly ["beat", session: string, sent: Ms]
  | readonly ["claimed", session: string, key: string, fence: string, at: Ms]
  | readonly ["began", key: string, fence: string, at: Ms]
  | readonly ["ended", key: string, fence: string, at: Ms]
  /** Is about to be given back. */
  | readonly ["released", key: string, fence: string, at: Ms]
  /** Its renewals are not heard for a while, and it does not know. */
  | readonly ["deaf", at: Ms]
  /** An error that the scheduler tells. */
  | readonly ["trouble", name: string, message: string];

/** Appends events to a file. */
export class Journal<Event> {
  readonly #file: Deno.FsFile;

  constructor(path: string) {
    this.#file = Deno.openSync(path, { create: true, append: true });
  }

  /** What is written is there, even if the process is killed right after. */
  write(event: Event): void {
    const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
    this.#file.writeSync(line);
  }
}

/** All events of a file; none, if there is no such file. */
export async function readJournal<Event>(path: string): Promise<Event[]> {
  const text = await Deno.readTextFile(path).catch(notFound);
  const lines = text.split("\n");
  lines.pop(); // Empty, or torn by the end of the process.
  return lines.map((line) => JSON.parse(line));
}

function notFound(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "";
  throw error;
}
