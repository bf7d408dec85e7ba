/** How long the loop may go on without a turn of the event loop: in Deno, and
 * by the clock of `./testing`. */
import { assert, assertEquals } from "@std/assert";
import * as api from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { cases } from "./slice_cases.ts";

for (const [name, fn] of cases) Deno.test(name, () => fn(api));

Deno.test("A27 FakeClock.runTurns() lets exactly one slice run", async () => {
  const clock = new FakeClock();
  const scheduler = new api.Scheduler({ clock, concurrency: 1 });
  let runs = 0;
  let isOver = false;
  scheduler.createWorkItem({
    run: ({ item }): void => {
      runs++;
      if (!isOver) item.enqueue();
    },
  }).enqueue();
  let isFired = false;
  clock.startTimer(() => isFired = true, 0);

  await Promise.resolve();
  assertEquals(clock.turns, 1);
  const first = runs;
  clock.advance(0);
  assert(isFired);
  assert(first <= 2_048 + 64, `${first} runs in the first slice`);
  assertEquals(clock.runTurns(), 1);
  const second = runs - first;
  assert(second <= 2_048 + 64, `${second} runs in the second slice`);
  assert(runs < 3 * 2_048);

  isOver = true;
  clock.runTurns();
  await scheduler.close();
});
