/** The command line as its users meet it: processes, and what they say. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const MAIN = new URL("src/cli/mod.ts", ROOT).href;
/** What the tests serve. */
export const KINDS: string = new URL("kinds.ts", import.meta.url).href;

/** How to start a process. */
export interface StartOptions {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  /** Permissions and flags of Deno. */
  readonly deno?: readonly string[];
}

const PERMISSIONS: readonly string[] = [
  "--allow-net=127.0.0.1",
  "--allow-read",
  "--allow-env=WORKITEM_TOKEN,WORKITEM_URL,TERM",
];

function command(
  args: readonly string[],
  { env = {}, deno = PERMISSIONS }: StartOptions,
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...deno, MAIN, ...args],
    cwd: ROOT,
    env: { WORKITEM_TOKEN: "", WORKITEM_URL: "", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** How a process ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end. */
export async function run(
  args: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  const child = command(args, options).spawn();
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(options.stdin ?? ""));
    await writer.close();
  } catch {
    // It did not wait for its input.
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** What a stream says, line by line. */
export class Lines {
  readonly all: string[] = [];
  readonly ended: Promise<void>;
  #news = Promise.withResolvers<void>();
  #isOver = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  /** The first line that matches; fails when there can be none. */
  async until(pattern: RegExp): Promise<string> {
    for (let index = 0;; index++) {
      while (index >= this.all.length && !this.#isOver) {
        await this.#news.promise;
      }
      const line = this.all[index];
      assert(
        line !== undefined,
        `${pattern} never came:\n${this.all.join("\n")}`,
      );
      if (pattern.test(line)) return line;
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#tell(lines);
    }
    this.#isOver = true;
    this.#tell(rest === "" ? [] : [rest]);
  }

  #tell(lines: readonly string[]): void {
    this.all.push(...lines);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}

/** A process that goes on. */
export class Started implements AsyncDisposable {
  readonly out: Lines;
  readonly err: Lines;
  readonly child: Deno.ChildProcess;

  constructor(args: readonly string[], options: StartOptions = {}) {
    this.child = command(args, options).spawn();
    this.out = new Lines(this.child.stdout);
    this.err = new Lines(this.child.stderr);
  }

  /** Sends a signal again and again until the process has ended. */
  async press(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    const timer = setInterval(() => {
      try {
        this.child.kill(signal);
      } catch {
        // It has ended just now.
      }
    }, 100);
    try {
      return await this.child.status;
    } finally {
      clearInterval(timer);
    }
  }

  /** Its exit code, when it has ended and said all. */
  async code(): Promise<number> {
    const { code } = await this.child.status;
    await Promise.all([this.out.ended, this.err.ended]);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.child.stdin.close().catch(() => {});
    await this.code();
  }
}

/** What `serve --json` says when it is there. */
export interface Greeting {
  readonly url: string;
  readonly kinds: readonly string[];
  readonly store: string | null;
  readonly auth: "none" | "bearer";
}

/** A server of the kinds of the tests. */
export class Served extends Started {
  /** Starts it on a free port. */
  constructor(args: readonly string[] = [], options: StartOptions = {}) {
    super(["serve", KINDS, "--port", "0", "--json", ...args], options);
  }

  /** What it said when it was there. */
  async greeting(): Promise<Greeting> {
    return JSON.parse(await this.out.until(/^\{/));
  }

  /** Where it is. */
  async url(): Promise<string> {
    return (await this.greeting()).url;
  }
}

/** Runs a command against a server; it must end well. Resolves with what it
 * said on stdout. */
export async function tell(
  url: string,
  args: readonly string[],
): Promise<string> {
  const { code, out, err } = await run([...args, "--url", url]);
  assertEquals([code, err], [0, ""]);
  return out;
}
