/**
 * (n) Enqueues over HTTP, on loopback with kept connections: this library's
 * endpoint with a bearer token and a scheduler in memory, a handler of Hono
 * that reads the same JSON and answers the same, and Deno's server alone.
 *
 * The client is `wrk` with one thread: it must not be the one that is slow.
 *
 * @module
 */
import {
  serveBare,
  type Served,
  serveHono,
  serveInMemory,
} from "../support/served.ts";
import {
  type Contestant,
  OURS,
  type Sample,
  type Trial,
} from "../support/trial.ts";
import { ask, expectWrk, nsEach, RIGHTS } from "../support/wrk.ts";

const HONO = "Hono, same JSON";
const CONNECTIONS = 32;
const SECONDS = 3;

function side(name: string, keys: number, serve: () => Served): Contestant {
  return {
    name,
    prepare(seconds: number): Sample {
      const { url, handled } = serve();
      return async () => {
        const load = { url, seconds, connections: CONNECTIONS, keys };
        const answers = await ask(load);
        await handled(answers.requests);
        return nsEach(answers);
      };
    },
  };
}

function trial(keys: number): Trial {
  return {
    id: `n/${keys}`,
    title: `enqueues over HTTP, ${keys === 1 ? "one key" : `${keys} keys`}`,
    unit: "ns per request",
    amount: SECONDS,
    whole: true,
    contestants: [
      side("Deno.serve alone", keys, serveBare),
      side(HONO, keys, serveHono),
      side(OURS, keys, serveInMemory),
    ],
    goals: [{ kind: "faster", subject: OURS, rival: HONO, factor: 0.7 }],
    reference: HONO,
    rights: RIGHTS,
    note: `wrk, ${CONNECTIONS} connections, ${SECONDS} s each time.`,
  };
}

await expectWrk();

/** The trials of this case. */
export const trials: readonly Trial[] = [300, 1].map(trial);
