/**
 * The engine as it was at some commit, in a folder of its own: with the cases
 * of today beside it, so that both engines do exactly the same.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);

async function run(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (success) return new TextDecoder().decode(stdout).trim();
  throw new Error(`Cannot go on as "${command} ${args.join(" ")}" failed`);
}

/** A folder with the engine of a commit; it is removed in the end. */
export class PastEngine implements AsyncDisposable {
  readonly #folder: string;

  /** `folder` is empty, and will be removed. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes the engine out of the history. */
  static async at(commit: string): Promise<PastEngine> {
    const folder = await run("mktemp", ["-d"]);
    const past = new PastEngine(folder);
    try {
      const tar = `${folder}/engine.tar`;
      await run("git", ["archive", "-o", tar, commit, "mod.ts", "src"]);
      await run("tar", ["-xf", tar, "-C", folder]);
      await run("cp", ["-R", "bench", folder]);
    } catch (error) {
      await past[Symbol.asyncDispose]();
      throw error;
    }
    return past;
  }

  /** The program of a contestant's process. */
  get entry(): string {
    return `${this.#folder}/bench/support/contestant.ts`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("rm", ["-r", this.#folder]);
  }
}
