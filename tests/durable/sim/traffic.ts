/** What happens on the way between stores and their database, in numbers. */
import type { Hook } from "./faults.ts";

/** What has happened on the way. */
export interface Traffic {
  calls: number;
  commits: number;
  refused: number;
  outages: number;
  readonly hooks: Record<Hook, number>;
  /** How often which part of which operation met with which fault. */
  readonly met: Map<string, number>;
}

/** Nothing has happened yet. */
export function noTraffic(): Traffic {
  return {
    calls: 0,
    commits: 0,
    refused: 0,
    outages: 0,
    hooks: {
      "crash before": 0,
      "throw": 0,
      "reply lost": 0,
      "sent twice": 0,
      "refused twin": 0,
      "late": 0,
      "crash after": 0,
    },
    met: new Map(),
  };
}
