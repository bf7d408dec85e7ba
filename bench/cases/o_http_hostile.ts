/**
 * (o) What 500 clients that drip a body, or send half of a body or of their
 * headers, cost one that does neither: the time in which it is answered, with
 * and without them.
 *
 * Those that never end their body must be answered 408 at its deadline, or the
 * sample is refused; each closes and comes again. When a connection is closed
 * that owes the rest of a body, or of its headers, is up to the host's server:
 * what was is told on stderr.
 *
 * @module
 */
import type { Fates } from "../support/hostile.ts";
import { Hostility } from "../support/hostility.ts";
import { serveInMemory } from "../support/served.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";
import {
  type Answers,
  ask,
  expectWrk,
  nsAtP50,
  nsAtP99,
  RIGHTS,
} from "../support/wrk.ts";

const ALONE = "without hostile clients";
const AMID = "amid 500 of them";
const HOSTILE = 500;
const BODY_TIMEOUT_MS = 2_000;
/** They come again and again: the machine is busy with other things, too. */
const ANSWER_MS_MAX = 3_000;
const CONNECTIONS = 8;
const KEYS = 300;
const SECONDS = 6;

/** Of one that is healthy. */
type Figure = (answers: Answers) => number;

function askOne(url: string, seconds: number): Promise<Answers> {
  return ask({ url, seconds, connections: CONNECTIONS, keys: KEYS });
}

function alone(figure: Figure): Contestant {
  return {
    name: ALONE,
    prepare(seconds: number): Sample {
      const { url } = serveInMemory({ bodyTimeout: BODY_TIMEOUT_MS });
      return async () => figure(await askOne(url, seconds));
    },
  };
}

function amid(figure: Figure): Contestant {
  return {
    name: AMID,
    prepare(seconds: number): Sample {
      const { url } = serveInMemory({ bodyTimeout: BODY_TIMEOUT_MS });
      return async () => {
        await using hostility = await Hostility.against(url, HOSTILE);
        const answers = await askOne(url, seconds);
        expectCut(await hostility.end());
        return figure(answers);
      };
    },
  };
}

/** Throws unless all whose body did not end were answered 408 in time. */
function expectCut(fates: Fates): void {
  const { closed, left, other, longestMs, headers } = fates;
  const text = `${closed + left} answered 408 after at most ` +
    `${longestMs.toFixed(0)} ms (${closed} closed), ${other} otherwise; ` +
    `${headers} half-sent headers closed`;
  Deno.stderr.writeSync(new TextEncoder().encode(`hostile: ${text}\n`));
  if (closed + left > 0 && other === 0 && longestMs < ANSWER_MS_MAX) return;
  throw new Error(`Cannot use the sample as not all were cut off: ${text}`);
}

function trial(unit: "ns at p50" | "ns at p99"): Trial {
  const figure = unit === "ns at p50" ? nsAtP50 : nsAtP99;
  return {
    id: `o/${unit.slice(-3)}`,
    title: "the answers to a healthy client, with and without hostile ones",
    unit,
    amount: SECONDS,
    whole: true,
    contestants: [alone(figure), amid(figure)],
    goals: [{ kind: "within", subject: AMID, rival: ALONE, factor: 2 }],
    reference: ALONE,
    rights: RIGHTS,
    note: `wrk, ${CONNECTIONS} connections; bodyTimeout ${BODY_TIMEOUT_MS} ms.`,
  };
}

await expectWrk();

/** The trials of this case. */
export const trials: readonly Trial[] = [
  trial("ns at p50"),
  trial("ns at p99"),
];
