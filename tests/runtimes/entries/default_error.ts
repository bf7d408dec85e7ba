/**
 * What a host does with an error that nobody waits for when a scheduler has no
 * `onError`, and whether the scheduler goes on meanwhile.
 *
 * @module
 */
import { type Host, turn } from "../suite/expect.ts";

/** The ways in which an error can be left without an addressee. */
export const scenarios = ["throws", "rejects", "onError throws"] as const;

/** Provokes one, and says how far the scheduler came. */
export async function provoke(
  api: Host["api"],
  options: {
    readonly scenario: string;
    readonly say: (what: "went on" | "alive") => void;
  },
): Promise<void> {
  const { scenario, say } = options;
  const boom = (): never => {
    throw new Error(`provoked: ${scenario}`);
  };
  const scheduler = new api.Scheduler(
    scenario === "onError throws" ? { onError: boom } : {},
  );
  const bad = scheduler.createWorkItem({
    run: scenario === "rejects" ? () => Promise.resolve().then(boom) : boom,
  });
  const next = scheduler.createWorkItem({ run: () => {} });

  bad.enqueue();
  next.enqueue();
  await bad.flush();
  await next.flush();
  say("went on");
  for (let turns = 0; turns < 3; turns++) await turn();
  say("alive");
}
