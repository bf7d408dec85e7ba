/**
 * One contestant as the bench sees it: a process that is asked for samples.
 *
 * @module
 */
import type { Answer } from "./contestant.ts";
import type { PastEngine } from "./past.ts";
import type { Trial } from "./trial.ts";

const HEAP_MB_DEFAULT = 4_096;

/** Which contestant, and how much it does in a sample. */
export interface Part {
  readonly trial: Trial;
  readonly index: number;
  readonly amount: number;
  /** What it runs on, if not on the tree as it is. */
  readonly past?: PastEngine | undefined;
}

/** The V8 flags of every contestant of `trial`. */
export function flagsOf({ heapMb = HEAP_MB_DEFAULT }: Trial): string {
  return `--v8-flags=--expose-gc,--max-old-space-size=${heapMb}`;
}

function spawn({ trial, index, amount, past }: Part): Deno.ChildProcess {
  const entry = past?.entry ?? new URL("./contestant.ts", import.meta.url).href;
  const parts = [trial.id, `${index}`, `${amount}`];
  const flags = ["--quiet", "--no-prompt", flagsOf(trial)];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, ...trial.rights ?? [], entry, ...parts],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** A contestant's process, from its preparation to its end. */
export class Participant implements AsyncDisposable {
  readonly #name: string;
  readonly #process: Deno.ChildProcess;
  readonly #asking: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #buffer = "";

  constructor(part: Part) {
    const { trial, index } = part;
    this.#name = `${trial.contestants[index]?.name} of trial ${trial.id}`;
    this.#process = spawn(part);
    this.#asking = this.#process.stdin.getWriter();
    this.#answers = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves when everything that is made before has been made. */
  async prepared(): Promise<void> {
    await this.#answer();
  }

  /** Takes one sample. */
  async sample(): Promise<number> {
    await this.#asking.write(new TextEncoder().encode("\n"));
    const answer = await this.#answer();
    if ("figure" in answer) return answer.figure;
    throw new Error(`Cannot read a figure of ${this.#name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A process that has failed has closed the pipe already.
    await this.#asking.close().catch(() => {});
    await this.#answers.cancel();
    await this.#process.status;
  }

  async #answer(): Promise<Answer> {
    while (!this.#buffer.includes("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) {
        throw new Error(`Cannot go on as ${this.#name} failed: see above`);
      }
      this.#buffer += value;
    }
    const [line = "", ...rest] = this.#buffer.split("\n");
    this.#buffer = rest.join("\n");
    return JSON.parse(line);
  }
}
