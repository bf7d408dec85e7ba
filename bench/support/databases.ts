/**
 * Databases that a contestant opens: in memory, or a file that is gone when its
 * process is.
 *
 * @module
 */

/** Where a database is. */
export type Place = "file" | "memory";

/** Both. */
export const PLACES: readonly Place[] = ["file", "memory"];

/** What a process needs that opens one. */
export const RIGHTS: readonly string[] = [
  "--unstable-kv",
  "--allow-read",
  "--allow-write",
];

/** Opens a new one. */
export function openAt(place: Place): Promise<Deno.Kv> {
  if (place === "memory") return Deno.openKv(":memory:");
  const folder = Deno.makeTempDirSync({ prefix: "bench-" });
  globalThis.addEventListener(
    "unload",
    () => Deno.removeSync(folder, { recursive: true }),
  );
  return Deno.openKv(`${folder}/bench.kv`);
}

/** Calls `act` for each number below `amount`, so many at a time. */
export async function inLanes(
  lanes: number,
  amount: number,
  act: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < amount) await act(next++);
  }));
}
