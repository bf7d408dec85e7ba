/** How the heap is looked at, in a process that was started with --expose-gc. */
import { systemClock } from "../../../mod.ts";

/** A later turn of the host's event loop: what a WeakRef gave away in this one
 * is kept alive until its end. */
export function macroturn(): Promise<void> {
  return new Promise((resolve) => systemClock.turn(resolve));
}

/** Bytes of the heap that are in use, garbage left out. */
export function heapUsed(): number {
  const { gc } = globalThis as { gc?: () => void }; // Only by --expose-gc.
  if (gc === undefined) throw new Error("Cannot weigh without --expose-gc");
  gc();
  return Deno.memoryUsage().heapUsed;
}

/** The same, after all that was given away has been let go. */
export async function heapAtRest(): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 8; round++) {
    await macroturn(); // Finalizers may free more.
    least = Math.min(least, heapUsed());
  }
  return least;
}

/** How many of `refs` have been freed. */
export function freed(refs: readonly WeakRef<WeakKey>[]): number {
  return refs.filter((ref) => ref.deref() === undefined).length;
}
