/** What those are told who wait for a run. */
import type { StoredResult } from "../../../src/durable/stored.ts";
import { bytesOf } from "./bodies.ts";

/** By how it ended. */
export const RESULTS: Readonly<
  Record<"complete" | "bury" | "hold", StoredResult>
> = {
  complete: { outcome: "ok", body: bytesOf("done") },
  bury: { outcome: "failed", body: bytesOf("failed") },
  hold: { outcome: "held", body: bytesOf("held") },
};
