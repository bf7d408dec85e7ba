/** The demo as its users meet it: a process, and what it says as it says it. */
import { assert, assertEquals } from "@std/assert";

/** This repository. */
export const ROOT: URL = new URL("../../", import.meta.url);
/** The program. */
export const MAIN: URL = new URL("examples/manifest/main.ts", ROOT);
/** The permissions of `deno task demo`, and quiet. */
export const FLAGS: readonly string[] = [
  "run",
  "--quiet",
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env=INIT_CWD,TERM",
];

/** What a program says, line by line, as it says it. */
class Lines {
  readonly all: string[] = [];
  readonly ended: Promise<void>;
  #news = Promise.withResolvers<void>();
  #over = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  /** The first line from `from` on that matches; fails when there can be none. */
  async until(pattern: RegExp, from = 0): Promise<string> {
    for (let index = from;; index++) {
      while (index >= this.all.length && !this.#over) await this.#news.promise;
      const line = this.all[index];
      assert(line !== undefined, `${pattern} never came:\n${this.text}`);
      if (pattern.test(line)) return line;
    }
  }

  get text(): string {
    return this.all.join("\n");
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#tell(...lines);
    }
    this.#over = true;
    this.#tell(...rest === "" ? [] : [rest]);
  }

  #tell(...lines: string[]): void {
    this.all.push(...lines);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

export interface StartOptions {
  /** Where relative paths start. */
  readonly from: string;
  readonly main?: URL | string;
  readonly command?: Omit<Deno.CommandOptions, "args">;
}

/** The demo as a process. */
export class Demo {
  readonly out: Lines;
  readonly err: Lines;
  readonly #child: Deno.ChildProcess;

  constructor(args: readonly string[], options: StartOptions) {
    const { from, main = MAIN, command = {} } = options;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...FLAGS, String(main), ...args],
      stdout: "piped",
      stderr: "piped",
      ...command,
      env: { INIT_CWD: from, NO_COLOR: "1", ...command.env },
    }).spawn();
    this.out = new Lines(this.#child.stdout);
    this.err = new Lines(this.#child.stderr);
  }

  press(signal: Deno.Signal = "SIGINT"): void {
    this.#child.kill(signal);
  }

  /** Presses Ctrl-C again and again until the program has ended. */
  async keepPressing(): Promise<number> {
    const timer = setInterval(() => {
      try {
        this.press();
      } catch {
        // It has ended just now.
      }
    }, 50);
    try {
      return await this.code();
    } finally {
      clearInterval(timer);
    }
  }

  async code(): Promise<number> {
    const { code } = await this.#child.status;
    await Promise.all([this.out.ended, this.err.ended]);
    return code;
  }

  /** What it says of the work, without the lines that tell how far it has come: on
   * a slow machine there are some. */
  get told(): string[] {
    return this.err.all.filter((line) => !/^[\d,]+ of /.test(line));
  }

  /** A cell of the table at the end. */
  cell(name: string): string {
    const row = this.out.all.find((line) => line.startsWith(`${name}  `));
    return row?.slice(name.length).trim().split(/ {2,}/)[0] ?? "";
  }
}

/** Runs it to its end, which must be a good one without a word on stderr. */
export async function run(
  args: readonly string[],
  from: string,
): Promise<Demo> {
  const demo = new Demo(args, { from });
  assertEquals([await demo.code(), ...demo.told], [0]);
  return demo;
}
