/** Tells whether other processes use the same store. Each holds a lock on a file
 * beside it, which the system takes back however the process ends. So whoever is
 * alone need not wait for leases: all that others had in hand is nobody's. */
import type { Store } from "@workitem/scheduler/durable";

/** This process uses the store, until it is disposed. */
export interface Presence extends Disposable {
  /** Did no other process use it when this one came? */
  readonly isAlone: boolean;
}

/** Beside the store: the database closes its own file when it likes. */
export const PRESENCE_END = "-users";

/** Comes to the store at `path`, and takes over from those that were lost, before
 * anybody else can come. */
export async function comeTo(path: string, store: Store): Promise<Presence> {
  const file = await Deno.open(path + PRESENCE_END, {
    create: true,
    write: true,
  });
  try {
    const isAlone = await file.tryLock(true);
    if (isAlone) await takeOver(store);
    await file.lock(false); // Waits for one who takes over.
    return { isAlone, [Symbol.dispose]: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function takeOver(store: Store): Promise<void> {
  for (const { session, beat } of await store.sessions()) {
    if (beat !== undefined) await store.fence(session, beat);
    while (await store.reclaim(session) > 0);
  }
}
