/** Runs SPIN on one check: it writes a verifier in C, which is compiled and
 * looks at every state that the model can reach. */
import type { Check } from "./catalogue.ts";

/** What was found. */
export interface Finding {
  /** How many states were looked at. */
  readonly states: number;
  /** The first error; `undefined`: there is none. */
  readonly error: string | undefined;
  /** Were all states looked at? After an error they are not. */
  readonly isComplete: boolean;
  /** How long the search took, without compiling. */
  readonly ms: number;
  /** How much memory it took, in MB. */
  readonly megabytes: number;
}

/** What a program said. */
interface Output {
  readonly isOk: boolean;
  readonly text: string;
}

const MEMORY_MEGABYTES = 4_000;
const DEPTH = 2_000_000;
const HASH_BITS = 22;

/** Which of the programs that are needed are absent. */
export async function missing(): Promise<string[]> {
  const found = await Promise.all(
    [["spin", "-V"], ["cc", "--version"]].map(async ([program = "", flag]) =>
      await run(program, [flag ?? ""], ".").then(() => [], (error) => {
        if (error instanceof Deno.errors.NotFound) return [program];
        throw error;
      })
    ),
  );
  return found.flat();
}

/** Looks at all states of a check, in a folder of its own. */
export async function verify(check: Check): Promise<Finding> {
  const folder = await Deno.makeTempDir({ prefix: "models-" });
  try {
    const source = new URL(`${check.model}.pml`, import.meta.url);
    await Deno.copyFile(source, `${folder}/model.pml`);
    await make(folder, check);
    return await search(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function make(folder: string, check: Check): Promise<void> {
  const { flags, name, isLong } = check;
  const effort = isLong ? "-O2" : "-O0"; // It would take longer than it saves.
  const defines = flags.split(" ").filter((flag) => flag !== "")
    .map((flag) => `-D${flag}`);
  const steps: [string, string[]][] = [
    ["spin", ["-a", ...defines, "model.pml"]],
    ["cc", [
      effort,
      ..."-w -DSAFETY -DCOLLAPSE -o pan pan.c".split(" "),
      `-DMEMLIM=${MEMORY_MEGABYTES}`,
    ]],
  ];
  for (const [program, args] of steps) {
    const { isOk, text } = await run(program, args, folder);
    if (isOk && !/\bError: /.test(text)) continue;
    throw new Error(`Cannot make the model "${name}":\n${text}`);
  }
}

async function search(folder: string): Promise<Finding> {
  const begunMs = performance.now();
  const args = [`-m${DEPTH}`, `-w${HASH_BITS}`];
  const { text } = await run(`${folder}/pan`, args, folder);
  return { ...findingOf(text), ms: performance.now() - begunMs };
}

/** Reads what the verifier printed. */
export function findingOf(text: string): Omit<Finding, "ms"> {
  const error = /^pan:\d+: (.*?)(?: \(at depth \d+\))?$/m.exec(text)?.[1];
  const count = /errors: (\d+)/.exec(text)?.[1];
  const cut = /too small|Search not completed|reached -DMEMLIM/.test(text);
  return {
    states: numberOf(/^\s*(\S+) states, stored/m.exec(text)?.[1]),
    error: error ?? (count === "0" ? undefined : "no end of the search"),
    isComplete: count === "0" && !cut,
    megabytes: numberOf(/^\s*(\S+)\s+total actual/m.exec(text)?.[1]),
  };
}

function numberOf(text: string | undefined): number {
  return text === undefined ? 0 : Math.round(Number(text));
}

async function run(
  program: string,
  args: readonly string[],
  folder: string,
): Promise<Output> {
  const command = new Deno.Command(program, { args: [...args], cwd: folder });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return {
    isOk: success,
    text: decoder.decode(stdout) + decoder.decode(stderr),
  };
}
