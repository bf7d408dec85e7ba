/**
 * Where a scheduler may live in a Worker, and what happens where it may not.
 *
 * @module
 */
import { check } from "./report.ts";
import { equal, ok } from "./suite/expect.ts";
import { scenarios } from "./entries/default_error.ts";
import type { Verdict } from "./suite/mod.ts";
import type { Served } from "./workerd.ts";

/** Shows them in a worker that is being served. */
export async function showPatterns(
  served: Served,
): Promise<readonly Verdict[]> {
  return [
    await check(
      "works: a scheduler per request, with waitUntil",
      () => perRequest(served),
    ),
    await check(
      "works: a scheduler per Durable Object",
      () => perObject(served),
    ),
    await check(
      "an error without addressee is logged, no more",
      () => defaultErrors(served),
    ),
    await check(
      "cut off: a scheduler per request, without waitUntil",
      () => withoutWaitUntil(served),
    ),
    await check(
      "refused: I/O of one request in another's run",
      () => borrowed(served),
    ),
    await check(
      "lost: the executor of a module-global scheduler",
      () => moduleGlobal(served),
    ),
  ];
}

/** The response is sent while the run waits; the run goes on to its end. */
async function perRequest({ ask, gate }: Served): Promise<void> {
  equal(await ask("/per-request?keep&id=kept"), "queued");
  await gate.sees("asked", "kept");
  equal(gate.has("done", "kept"), false);
  gate.release("kept");
  await gate.sees("done", "kept");
}

/** Both runs outlive the requests that asked for them. */
async function perObject({ ask, gate }: Served): Promise<void> {
  equal(await ask("/object?id=room"), "queued");
  await gate.sees("asked", "room-1");
  equal(await ask("/object?id=room"), "rerun");
  equal(await ask("/object?id=room"), "coalesced");
  gate.release("room-1");
  await gate.sees("done", "room-1");
  await gate.sees("asked", "room-2");
  gate.release("room-2");
  await gate.sees("done", "room-2");
}

/** `reportError` logs, and the worker goes on. */
async function defaultErrors({ ask, logs }: Served): Promise<void> {
  for (const scenario of scenarios) {
    const query = new URLSearchParams({ scenario });
    equal(await ask(`/default-error?${query}`), '["went on","alive"]');
    await logs(new RegExp(`provoked: ${scenario}`));
  }
}

/** The gate is open, but the run's I/O ends with the response. */
async function withoutWaitUntil(served: Served): Promise<void> {
  const { ask, gate } = served;
  gate.release("cut");
  equal(await ask("/per-request?id=cut"), "queued");
  await letPass(served, "after-cut");
  equal(gate.has("done", "cut"), false);
}

/** Two requests at once on one executor: the run of the second begins in the
 * first one's I/O context, where the body of the second is out of reach. Before
 * 2024-10-14 its promise is lost, too: workerd ends the request as hung. */
async function borrowed({ ask, gate, logs }: Served): Promise<void> {
  const first = ask("/global/request?id=first");
  await gate.sees("asked", "first");
  const second = ask("/global/borrow").catch(String);
  await gate.sees("done", "borrowed");
  gate.release("first");
  equal(await first, "done");
  const text = await second;
  if (text.includes("on behalf of a different request")) return;
  ok(text.includes("500"), `a refusal, not ${text}`);
  await logs(/had hung/);
}

/** The run of the first request never settles: the only executor is gone, and
 * who waits for the scheduler waits until workerd ends the request. */
async function moduleGlobal(served: Served): Promise<void> {
  const { ask, gate, logs } = served;
  const { starts } = JSON.parse(await ask("/global/snapshot"));
  for (const id of ["lost", "later"]) gate.release(id);
  equal(await ask("/global/enqueue?id=lost"), "queued");
  await letPass(served, "after-lost");
  equal(await ask("/global/enqueue?id=later"), "rerun");
  await letPass(served, "after-later");
  equal(JSON.parse(await ask("/global/snapshot")), {
    owed: 1,
    running: 1,
    starts: starts + 1,
  });
  equal([gate.has("done", "lost"), gate.has("done", "later")], [false, false]);
  const refusal = await ask("/global/idle").catch(String);
  ok(refusal.includes("500"), `idle() to fail, not ${refusal}`);
  await logs(/had hung/);
}

/** A run that is kept alive goes all the way: so far others had time, too. */
async function letPass({ ask, gate }: Served, id: string): Promise<void> {
  gate.release(id);
  await ask(`/per-request?keep&id=${id}`);
  await gate.sees("done", id);
}
