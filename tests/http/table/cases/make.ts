/**
 * Short ways to write cases down.
 *
 * @module
 */
import type {
  Case,
  Draft,
  Expectation,
  Headers,
  Law,
  Scene,
  Step,
  Told,
} from "../case.ts";
import type { SiteName } from "../sites.ts";

/** What may be said of a case besides its request and its answer. */
export interface More {
  readonly site?: SiteName | undefined;
  readonly only?: "memory" | "durable" | undefined;
}

/** What one accepted enqueue of the usual message runs. */
export const USUAL: readonly Told[] = [{ messages: [{ doc: "%M" }] }];

/** Any of the words that an enqueue answers. */
export const OUTCOME: RegExp = /^(?:queued|coalesced|rerun|delayed)$/;

/** The answer to an enqueue that was accepted. */
export const ACCEPTED: Expectation = {
  status: 202,
  headers: {
    "Content-Type": "application/json",
    "Location": /^(?:\.\.|items\/[^/]+)\/[^/]+$/,
  },
  like: { outcome: OUTCOME, version: /./ },
};

/** An answer that refuses. */
export function refused(
  status: number | readonly number[],
  code?: string | RegExp,
  more: Partial<Expectation> = {},
): Expectation {
  return { status, code, ...more };
}

/** The request is refused, and nothing runs. */
export function refuses(
  law: Law,
  name: string,
  { send, by, ...more }: More & {
    readonly send: Step["send"];
    readonly by: Expectation;
  },
): Case {
  return { law, name, ...more, steps: [{ send, expect: by }] };
}

/** The request is accepted, and runs what `tells` says: by default the usual
 * message under the usual key. */
export function accepts(
  law: Law,
  name: string,
  { send = {}, by = ACCEPTED, tells = USUAL, ...more }: More & {
    readonly send?: Step["send"];
    readonly by?: Expectation;
    readonly tells?: readonly Told[];
  } = {},
): Case {
  return { law, name, ...more, tells, steps: [{ send, expect: by }] };
}

/** Several requests. */
export function steps(
  law: Law,
  name: string,
  { list, tells = [], ...more }: More & {
    readonly list: readonly (readonly [Step["send"], Expectation])[];
    readonly tells?: readonly Told[];
  },
): Case {
  const taken = list.map(([send, expect]): Step => ({ send, expect }));
  return { law, name, ...more, tells, steps: taken };
}

/** What data cannot say. */
export function plays(
  law: Law,
  name: string,
  { play, tells = [], ...more }: More & {
    readonly play: (scene: Scene) => Promise<void>;
    readonly tells?: readonly Told[];
  },
): Case {
  return { law, name, ...more, tells, play };
}

/** A request without a body. */
export function bare(
  method: string,
  target: string,
  headers: Headers = {},
): Draft {
  return { method, target, headers, body: null };
}

/** A text as one segment of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}
