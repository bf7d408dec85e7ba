/**
 * The process of the hostile clients, as the bench sees it.
 *
 * @module
 */
import type { Fates } from "./hostile.ts";

/** Clients that do harm, from the time that all are there. */
export class Hostility implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #told: ReadableStreamDefaultReader<string>;

  /** `process` is that of hostile.ts. */
  constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#told = process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves when so many of them are connected to a server. */
  static async against(url: string, amount: number): Promise<Hostility> {
    const program = new URL("./hostile.ts", import.meta.url).href;
    const rights = ["--no-prompt", "--allow-net=127.0.0.1"];
    const hostility = new Hostility(
      new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", ...rights, program],
          ...[new URL(url).port, `${amount}`],
        ],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn(),
    );
    await hostility.#line();
    return hostility;
  }

  /** Ends them.
   *
   * @returns What came of them until now. */
  async end(): Promise<Fates> {
    const writer = this.#process.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
    return JSON.parse(await this.#line());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#told.cancel();
    await this.#process.stdin.close().catch(() => {});
    await this.#process.status;
  }

  async #line(): Promise<string> {
    let line = "";
    while (!line.endsWith("\n")) {
      const { value, done } = await this.#told.read();
      if (done) throw new Error("Cannot go on as the hostile clients failed");
      line += value;
    }
    return line;
  }
}
