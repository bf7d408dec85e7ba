/**
 * One process of a torture, as the parent sees it.
 *
 * @module
 */
import type { Ms } from "./journal.ts";
import { now, type Role } from "./ledger.ts";

/** When a process was there, and when it stood still. */
export interface Life {
  readonly name: string;
  /** It takes part from here on. */
  readonly readyAt: Ms;
  /** Just before the signal. */
  readonly killedAt: Ms | undefined;
  readonly stops: readonly Stop[];
}

/** A time for which a process stood still. */
export interface Stop {
  readonly from: Ms;
  /** `undefined`: until its end. */
  readonly to: Ms | undefined;
}

/** A process, from its start to its end. */
export class Child implements Life, AsyncDisposable {
  readonly role: Role;
  readonly #process: Deno.ChildProcess;
  readonly #stops: { from: Ms; to: Ms | undefined }[] = [];
  #readyAt: Ms = Infinity;
  #killedAt: Ms | undefined;
  #isOver = false;

  constructor(program: string, role: Role) {
    this.role = role;
    const url = new URL(program, import.meta.url).href;
    const flags = ["--quiet", "--no-prompt", "--unstable-kv"];
    const rights = ["--allow-read", "--allow-write"];
    const args = ["run", ...flags, ...rights, url, JSON.stringify(role)];
    this.#process = new Deno.Command(Deno.execPath(), {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#process.status.then(() => {
      this.#isOver = true;
    });
  }

  get name(): string {
    return this.role.name;
  }

  get readyAt(): Ms {
    return this.#readyAt;
  }

  get killedAt(): Ms | undefined {
    return this.#killedAt;
  }

  get stops(): readonly Stop[] {
    return this.#stops;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isStopped(): boolean {
    const last = this.#stops.at(-1);
    return last !== undefined && last.to === undefined;
  }

  /** Resolves when it takes part, or has ended before. */
  async ready(): Promise<void> {
    for await (const _ of this.#process.stdout) break;
    this.#readyAt = now();
  }

  /** Ends it as a lost machine ends. */
  async kill(): Promise<void> {
    if (this.#isOver) return;
    this.#killedAt = now();
    this.#endStop();
    this.#process.kill("SIGKILL");
    await this.#end();
  }

  /** It stands still, and knows nothing of it. */
  stop(): void {
    if (this.#isOver) return;
    this.#stops.push({ from: now(), to: undefined });
    this.#process.kill("SIGSTOP");
  }

  /** It goes on. */
  resume(): void {
    this.#endStop();
    if (!this.#isOver) this.#process.kill("SIGCONT");
  }

  /** Asks it to end; answers its exit code, which is not 0 if it had to be
   * killed after `mostMs`. */
  async finish(mostMs: number): Promise<number> {
    const timer = setTimeout(() => this.kill(), mostMs);
    const code = await this.#end();
    clearTimeout(timer);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #endStop(): void {
    const last = this.#stops.at(-1);
    if (last !== undefined) last.to ??= now();
  }

  async #end(): Promise<number> {
    // A process that was killed has closed the pipe already.
    await this.#process.stdin.close().catch(() => {});
    const { code } = await this.#process.status;
    return code;
  }
}
