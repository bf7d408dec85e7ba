/**
 * The process of one contestant: prepares, and takes a sample for each line
 * that it is sent. Started by participant.ts with the id of the trial, the
 * contestant's index and the amount.
 *
 * @module
 */
import { loadTrials } from "./catalogue.ts";

const LINE_FEED = 10;

/** What a contestant says on stdout: that it is prepared, or a figure. */
export type Answer = { readonly ready: true } | { readonly figure: number };

async function say(answer: Answer): Promise<void> {
  const line = new TextEncoder().encode(`${JSON.stringify(answer)}\n`);
  await Deno.stdout.write(line);
}

async function main([id = "", index, amount]: string[]): Promise<void> {
  const [trial] = await loadTrials(id);
  const contestant = trial?.contestants[Number(index)];
  if (contestant === undefined) {
    throw new RangeError(`Cannot prepare contestant ${index} of trial ${id}`);
  }
  const sample = contestant.prepare(Number(amount));
  await say({ ready: true });
  for await (const chunk of Deno.stdin.readable) {
    const asked = chunk.filter((byte) => byte === LINE_FEED).length;
    for (let i = 0; i < asked; i++) await say({ figure: await sample() });
  }
}

if (import.meta.main) {
  await main(Deno.args);
  Deno.exit(0); // Whatever a contestant left behind must not hold it up.
}
