/** Run as a process of its own: looks at one fact, given by name and amount,
 * and prints its figures as one line of JSON. */
import { FACTS } from "./facts.ts";

const HEAP_MB = 4_096;

/** Looks at fact `name` in a new process. */
export async function look(
  name: string,
  amount: number,
): Promise<Record<string, number | boolean>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--v8-flags=--expose-gc,--max-old-space-size=${HEAP_MB}`,
      import.meta.url,
      name,
      `${amount}`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (success) return JSON.parse(decoder.decode(stdout));
  throw new Error(`Cannot look at "${name}": ${decoder.decode(stderr)}`);
}

if (import.meta.main) {
  const [name = "", amount] = Deno.args;
  const figures = await FACTS[name]?.look(Number(amount));
  const line = new TextEncoder().encode(`${JSON.stringify(figures)}\n`);
  await Deno.stdout.write(line);
  Deno.exit(0); // What a fact keeps alive must not hold it up.
}
