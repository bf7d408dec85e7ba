/**
 * Sessions: their heartbeat and their end.
 *
 * @module
 */
import { expectEqual, expectSome, expectThat } from "./expect.ts";
import { reclaimTests } from "./reclaims.ts";
import { beatOf, claimFor, claimOne, fence } from "./session_acts.ts";
import { KIND, reclaimAll, type Tests } from "./trial.ts";

/** Tests of sessions. */
export const sessionTests: Tests = {
  ...reclaimTests,

  "openSession() gives each session its own name": async (trial) => {
    const names = await Promise.all(
      [1, 2, 3].map(() => trial.store.openSession()),
    );

    const views = await trial.store.sessions();

    expectEqual(new Set(names).size, 3, "names");
    const known = views.map(({ session }) => session).sort();
    expectEqual(known, names.sort(), "sessions");
    expectThat(
      views.every(({ beat }) => beat !== undefined),
      "each of them has a beat",
    );
  },

  "renew() changes the beat": async (trial) => {
    const session = await trial.store.openSession();
    const before = await beatOf(trial.store, session);

    const lives = await trial.store.renew(session);

    const after = await beatOf(trial.store, session);
    expectEqual(lives, true, "renew()");
    expectThat(typeof after === "string", "it has a beat");
    expectThat(after !== before, "it has another beat");
  },

  "renew() changes no other session": async (trial) => {
    const session = await trial.store.openSession();
    const other = await trial.store.openSession();
    const before = await beatOf(trial.store, other);

    await trial.store.renew(session);

    expectEqual(await beatOf(trial.store, other), before, "its beat");
  },

  "renew() of an unknown session answers false": async (trial) => {
    expectEqual(await trial.store.renew("nobody"), false, "renew()");
  },

  "claim() for an unknown session answers none": async (trial) => {
    await trial.send("a", "m");

    const claims = await claimFor(trial, "nobody");

    expectEqual(claims.length, 0, "claims");
    expectEqual(await trial.drain(), ["m"], "what ran");
  },

  "fence() takes the last beat only": async (trial) => {
    const session = await trial.store.openSession();
    const beat = expectSome(await beatOf(trial.store, session), "its beat");
    await trial.store.renew(session);

    const isFenced = await trial.store.fence(session, beat);

    expectEqual(isFenced, false, "fence()");
    expectEqual(await trial.store.renew(session), true, "renew()");
  },

  "fence() happens once": async (trial) => {
    const session = await trial.store.openSession();
    const beat = expectSome(await beatOf(trial.store, session), "its beat");

    const answers = await Promise.all(
      [1, 2, 3].map(() => trial.store.fence(session, beat)),
    );

    expectEqual(answers.filter(Boolean).length, 1, "how many fenced it");
    expectEqual(await trial.store.fence(session, beat), false, "fence() again");
  },

  "fence() of an unknown session answers false": async (trial) => {
    expectEqual(await trial.store.fence("nobody", "beat"), false, "fence()");
  },

  "fence() ends renewals and claims": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");

    await fence(trial, session);

    expectEqual(await trial.store.renew(session), false, "renew()");
    expectEqual((await claimFor(trial, session)).length, 0, "claims");
    expectEqual(await trial.drain(), ["m"], "what ran");
  },

  "sessions() shows a fenced one until it is reclaimed": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);

    await fence(trial, session);
    const fenced = await beatOf(trial.store, session);
    await reclaimAll(trial.store, session);

    expectEqual(fenced, undefined, "its beat while fenced");
    expectEqual(await beatOf(trial.store, session), null, "its beat later");
  },

  "fence() alone leaves claims to reclaim()": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);

    await fence(trial, session);

    expectEqual((await trial.claimAll()).length, 0, "claims of others");
    expectEqual(await trial.state(), "running", "state");
    await reclaimAll(trial.store, session);
    expectEqual(await trial.drain(), ["m"], "what ran");
  },

  "closeSession() ends a session without claims": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const run = await trial.load(await claimOne(trial, session));
    await trial.complete(run);

    await trial.store.closeSession(session);

    expectEqual(await beatOf(trial.store, session), null, "its beat");
    expectEqual(await trial.store.renew(session), false, "renew()");
    await trial.send("a", "m");
    expectEqual((await claimFor(trial, session)).length, 0, "claims");
  },

  "closeSession() fences a session that has claims": async (trial) => {
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    await claimOne(trial, session);

    await trial.store.closeSession(session);

    expectEqual(await beatOf(trial.store, session), undefined, "its beat");
    expectEqual(await trial.store.renew(session), false, "renew()");
    await reclaimAll(trial.store, session);
    expectEqual(await trial.drain(), ["m"], "what ran");
    expectEqual(await beatOf(trial.store, session), null, "its beat later");
  },

  "closeSession() twice, or of nobody, does nothing": async (trial) => {
    const session = await trial.store.openSession();
    await trial.store.closeSession(session);

    await trial.store.closeSession(session);
    await trial.store.closeSession("nobody");

    expectEqual(await trial.store.sessions(), [], "sessions");
  },

  "fence() by another store ends a session's claims": async (trial) => {
    const other = await trial.again();
    const session = await trial.store.openSession();
    await trial.send("a", "m");
    const beat = expectSome(await beatOf(other.store, session), "its beat");

    const isFenced = await other.store.fence(session, beat);

    expectEqual(isFenced, true, "fence()");
    expectEqual((await claimFor(trial, session)).length, 0, "claims");
    expectEqual(await trial.store.renew(session), false, "renew()");
    await other.close();
  },

  "fence() while its session claims leaves nothing behind": async (trial) => {
    const session = await trial.store.openSession();
    const keys = Array.from({ length: 40 }, (_, at) => `${at}`);
    await trial.store.enqueue(keys.map((key) => trial.wake(key, "m")));
    const beat = expectSome(await beatOf(trial.store, session), "its beat");
    const wants = [{ kind: KIND, limit: 1 }];

    const claims = keys.map(() => trial.store.claim(session, wants, 1));
    await Promise.all([...claims, trial.store.fence(session, beat)]);
    await reclaimAll(trial.store, session);

    const again = (await trial.claimAll()).map(({ key }) => key).sort();
    expectEqual(again, keys.sort(), "claimed by another");
  },
};
