/** Another process of a test: what it says, line by line, and its end. */
export class Program implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #asking: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #buffer = "";

  constructor(command: string, args: readonly string[]) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#asking = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The next line it says. */
  async line(): Promise<string> {
    while (!this.#buffer.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("Cannot read a line as the process has ended");
      this.#buffer += value;
    }
    const [line = "", ...rest] = this.#buffer.split("\n");
    this.#buffer = rest.join("\n");
    return line;
  }

  /** Asks it to go on. */
  ask(): Promise<void> {
    return this.#asking.write(new TextEncoder().encode("\n"));
  }

  /** Asks it to end, and waits until it has. */
  async finish(): Promise<void> {
    await this.#asking.close().catch(() => {}); // It may have ended before.
    await this.#lines.cancel();
    await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
  }
}

/** The arguments that start a program of this folder in Deno. */
export function denoArgs(
  program: string,
  options: { readonly rights?: readonly string[]; readonly args: string[] },
): string[] {
  const { rights = ["--allow-read", "--allow-write"], args } = options;
  const url = new URL(program, import.meta.url).href;
  const flags = ["--quiet", "--no-prompt", "--unstable-kv"];
  return ["run", ...flags, ...rights, url, ...args];
}
