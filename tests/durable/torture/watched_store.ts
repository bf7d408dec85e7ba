/**
 * A store that writes down when its sessions were renewed, and what they have
 * claimed and given back, for the judge. Now and then it is deaf: it answers
 * that a session was renewed, and renews nothing. Then others fence the session
 * while its process goes on, and nothing but the store can refuse what it does.
 *
 * @module
 */
import type { Store } from "../../../src/durable/store.ts";
import type { Random } from "../../core/sim/random.ts";
import type { Journal, RunnerEvent } from "./journal.ts";
import { now } from "./ledger.ts";

/** One renewal in so many is the first of those that are not heard. */
const DEAF = 20;
const DEAF_LEASES = 2;

/** The same store; `journal` is told. */
export function watchStore(
  store: Store,
  { journal, random, leaseMs }: {
    readonly journal: Journal<RunnerEvent>;
    readonly random: Random;
    readonly leaseMs: number;
  },
): Store {
  let hearsFrom = -Infinity;
  const watched: Partial<Store> = {
    async openSession(): Promise<string> {
      const sent = now();
      const session = await store.openSession();
      journal.write(["beat", session, sent]);
      return session;
    },
    async renew(session): Promise<boolean> {
      const sent = now();
      if (sent >= hearsFrom && random.oneIn(DEAF)) {
        hearsFrom = sent + DEAF_LEASES * leaseMs;
        journal.write(["deaf", sent]);
      }
      if (sent < hearsFrom) return true;
      const isRenewed = await store.renew(session);
      if (isRenewed) journal.write(["beat", session, sent]);
      return isRenewed;
    },
    async claim(session, wants, limit): ReturnType<Store["claim"]> {
      const claims = await store.claim(session, wants, limit);
      for (const { key, fence } of claims) {
        journal.write(["claimed", session, key, fence, now()]);
      }
      return claims;
    },
    settle(claim, verdict): ReturnType<Store["settle"]> {
      const { key, fence } = claim;
      if (verdict.type === "release") {
        journal.write(["released", key, fence, now()]);
      }
      return store.settle(claim, verdict);
    },
  };
  return new Proxy(store, {
    get(_, name): unknown {
      const own: unknown = Reflect.get(watched, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(store, name);
      return typeof value === "function" ? value.bind(store) : value;
    },
  });
}
