/** What a process does to stay alive, and to find those that are not. */
import { LEASE_MS } from "./plan.ts";
import type { Process } from "./process.ts";
import { settleRun } from "./running.ts";
import { onIndex, reading } from "./touches.ts";

const RECLAIMS_MAX = 20;

/** Renews its session, looks after the others, and promotes what is due. */
export async function tend(process: Process): Promise<void> {
  await renew(process);
  await observe(process);
  await process.attempt(
    onIndex("promote", { deletes: ["y"] }),
    () => process.store.promote(process.world.kinds),
  );
}

/** Shows that it lives, if some time has passed. */
export async function renewIfDue(process: Process): Promise<void> {
  const { session, clock } = process;
  if (session === undefined) return;
  if (clock.now() - session.sentMs > LEASE_MS / 3) await renew(process);
}

async function renew(process: Process): Promise<void> {
  const { session, clock, world } = process;
  if (session === undefined) return;
  const sentMs = clock.now();
  const sentAtMs = world.nowMs;
  const isLive = await process.attempt(
    onIndex("renew", { writes: ["b"] }),
    () => process.store.renew(session.name),
  );
  if (process.session !== session) return;
  const mayGoOn = world.plan.isCareless && process.runs.size !== 0;
  if (isLive === false && !mayGoOn) process.giveUp();
  if (isLive !== true) return;
  session.sentMs = Math.max(session.sentMs, sentMs);
  session.sentAtMs = Math.max(session.sentAtMs, sentAtMs);
}

/** Who shows the same beat for a whole lease is gone. */
async function observe(process: Process): Promise<void> {
  const { seen, store, clock } = process;
  const views = await process.attempt(
    reading("sessions"),
    () => store.sessions(),
  );
  for (const { session, beat } of views ?? []) {
    if (session === process.session?.name) continue;
    if (beat === undefined) {
      await reclaim(process, session);
      continue;
    }
    const last = seen.get(session);
    const sinceMs = last?.beat === beat ? last.sinceMs : clock.now();
    seen.set(session, { beat, sinceMs });
    if (clock.now() - sinceMs < LEASE_MS) continue;
    await fence(process, session, beat);
  }
}

/** Fences the first other session without waiting. */
export async function fenceInHaste(process: Process): Promise<void> {
  const views = await process.attempt(
    reading("sessions"),
    () => process.store.sessions(),
  );
  const victim = views?.find(({ session, beat }) =>
    beat !== undefined && session !== process.session?.name
  );
  if (victim?.beat === undefined) return;
  const { sessions, wronged } = process.world;
  wronged.add(victim.session);
  const session = sessions.get(victim.session);
  if (session !== undefined) session.isWronged = true;
  await fence(process, victim.session, victim.beat);
}

async function fence(
  process: Process,
  session: string,
  beat: string,
): Promise<void> {
  const isFenced = await process.attempt(
    onIndex("fence", { writes: ["z"] }),
    () => process.store.fence(session, beat),
  );
  if (!isFenced) return;
  process.world.figures.fencings++;
  await reclaim(process, session);
}

/** Makes due again what a fenced session had claimed. */
export async function reclaim(
  process: Process,
  session: string,
): Promise<void> {
  for (let tries = 0; tries < RECLAIMS_MAX; tries++) {
    const left = await process.attempt(
      onIndex("reclaim", { writes: ["i"], deletes: ["l", "z"] }),
      () => process.store.reclaim(session),
    );
    if (left === undefined) return;
    process.world.figures.reclaimed++;
    if (left === 0) return;
  }
  process.world.ledger.accuse(`session ${session} is never reclaimed`);
}

/** Ends its session; if it is tidy, what it runs is released first. */
export async function leave(process: Process, isTidy: boolean): Promise<void> {
  const { session, store } = process;
  if (session === undefined) return;
  if (isTidy) {
    await Promise.all(
      [...process.runs].map((run) =>
        run.isSettling ? undefined : settleRun(process, run, {
          type: "release",
          context: "keep",
          extra: "none",
          delayMs: 0,
          isTold: false,
        })
      ),
    );
  }
  if (process.session === session) process.giveUp();
  await process.attempt(
    onIndex("close", { deletes: ["h"] }),
    () => store.closeSession(session.name),
  );
}
