/**
 * What tests do to sessions.
 *
 * @module
 */
import type { Store } from "../../durable/store.ts";
import type { Claim } from "../../durable/stored.ts";
import { expectEqual, expectSome } from "./expect.ts";
import { KIND, MANY, type Trial } from "./trial.ts";

/** The beat of a session; `undefined` if it is fenced, `null` if unknown. */
export async function beatOf(
  store: Store,
  session: string,
): Promise<string | undefined | null> {
  const sessions = await store.sessions();
  const view = sessions.find((one) => one.session === session);
  return view === undefined ? null : view.beat;
}

/** Claims all that is ready for a session. */
export async function claimFor(
  { store }: Trial,
  session: string,
): Promise<readonly Claim[]> {
  return await store.claim(session, [{ kind: KIND, limit: MANY }], MANY);
}

/** Claims one item for a session. */
export async function claimOne(trial: Trial, session: string): Promise<Claim> {
  const claims = await claimFor(trial, session);
  expectEqual(claims.length, 1, "claims");
  return expectSome(claims[0], "a claim");
}

/** Fences a session that lives. */
export async function fence(trial: Trial, session: string): Promise<void> {
  const beat = expectSome(await beatOf(trial.store, session), "its beat");
  expectEqual(await trial.store.fence(session, beat), true, "fence()");
}
