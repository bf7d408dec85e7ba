/** Ctrl-C: the first asks the program to end, the second ends it. */

import { note } from "./lines.ts";

/** Asked to end; listens until it is disposed. */
export interface Interruption extends Disposable {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

const EXIT_CODE = 130;
/** One press may arrive twice, from the terminal and from `deno task`. */
const SAME_PRESS_MS = 300;
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** Listens; `lastWords` must be synchronous, as nothing else happens after it. */
export function listenForInterruption(lastWords: () => void): Interruption {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      note("ending; Ctrl-C again ends it at once");
      controller.abort();
    }
    if (now - firstAt < SAME_PRESS_MS) return;
    lastWords();
    Deno.exit(EXIT_CODE);
  };
  for (const name of SIGNALS) Deno.addSignalListener(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) Deno.removeSignalListener(name, onSignal);
    },
  };
}
