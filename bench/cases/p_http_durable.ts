/**
 * (p) What is done over HTTP, 64 at a time: enqueues, and requests that wait
 * for their result, with a scheduler in memory and with one on a file. The runs
 * are in the same process.
 *
 * @module
 */
import { RIGHTS as FILE_RIGHTS } from "../support/databases.ts";
import { type Served, serveDurable, serveInMemory } from "../support/served.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";
import { ask, expectWrk, nsEach, RIGHTS } from "../support/wrk.ts";

const IN_MEMORY = "enqueue, in memory";
const CONNECTIONS = 64;
const KEYS = 10_000;
const SECONDS = 3;

function side(
  name: string,
  serve: () => Served | Promise<Served>,
  prefer?: string,
): Contestant {
  return {
    name,
    prepare(seconds: number): Sample {
      const served = serve();
      return async () => {
        const { url, handled } = await served;
        const load = { url, seconds, connections: CONNECTIONS, keys: KEYS };
        const answers = await ask({ ...load, prefer });
        await handled(answers.requests);
        return nsEach(answers);
      };
    },
  };
}

await expectWrk();

/** The trials of this case. */
export const trials: readonly Trial[] = [{
  id: "p",
  title: "over HTTP, in memory and on a file",
  unit: "ns per request",
  amount: SECONDS,
  whole: true,
  contestants: [
    side(IN_MEMORY, () => serveInMemory()),
    side("wait for the result, in memory", () => serveInMemory(), "wait=10"),
    side("enqueue, on a file", () => serveDurable("file")),
    side(
      "wait for the result, on a file",
      () => serveDurable("file"),
      "wait=10",
    ),
  ],
  goals: [],
  reference: IN_MEMORY,
  rights: [...new Set([...FILE_RIGHTS, ...RIGHTS])],
  note: `wrk, ${CONNECTIONS} connections, ${KEYS.toLocaleString("en")} keys.`,
}];
