/**
 * The server of a crash test: one process after the other, on the same store.
 *
 * @module
 */
import { mix } from "../../core/sim/random.ts";
import type { Role } from "../../durable/torture/ledger.ts";

/** Where the server is, while it is anywhere. */
export class Server implements AsyncDisposable {
  readonly #role: Role;
  #process: Deno.ChildProcess | undefined;
  #said: Promise<string> = Promise.resolve("");
  #starts = 0;
  /** As `http://127.0.0.1:1234`; it changes with each start. */
  url = "";
  /** What processes have told of errors. */
  errors = "";

  constructor(role: Role) {
    this.#role = role;
  }

  /** Resolves when it can be asked. */
  async start(): Promise<void> {
    const role = { ...this.#role, seed: mix(this.#role.seed, this.#starts++) };
    const program = new URL("./server.ts", import.meta.url).href;
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...["--quiet", "--no-prompt", "--no-check", "--unstable-kv"],
        ...["--allow-read", "--allow-write", "--allow-net=127.0.0.1"],
        program,
        JSON.stringify(role),
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#process = process;
    this.#said = new Response(process.stderr).text();
    const lines = process.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of lines) {
      this.url = `http://127.0.0.1:${text.trim()}`;
      return;
    }
    throw new Error(`The server does not start: ${await this.#said}`);
  }

  /** Ends it as a lost machine ends. */
  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    process.kill("SIGKILL");
    await process.status;
    const said = await this.#said; // Deno has notes of its own.
    if (/^error: /m.test(said)) this.errors += said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
