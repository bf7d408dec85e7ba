/** Who may take how many of the places that are held for long (H15). */
import { assert, assertEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { Capacity } from "../../src/http/capacity.ts";
import { Shares } from "../../src/http/shares.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { stageOf } from "./stage.ts";

Deno.test("Shares gives each a quarter, and all of them no more than there is", () => {
  const shares = new Shares(9, { isShared: true });

  const alone = [1, 2, 3].map(() => shares.enter("a"));
  const others = ["b", "b", "c", "c", "d", "d", "e", "e"].map((name) =>
    shares.enter(name)
  );

  assertEquals(alone, [undefined, undefined, "share"]);
  assertEquals(others, [...Array(7).fill(undefined), "full"]);
  assertEquals(shares.size, 9);
});

Deno.test("Shares.leave() gives a place back to all, and to the share", () => {
  const shares = new Shares(8, { isShared: true });
  for (const name of ["a", "a", "b"]) shares.enter(name);

  shares.leave("a");
  shares.leave("b");

  assertEquals(shares.size, 1);
  assertEquals([shares.enter("a"), shares.enter("a")], [undefined, "share"]);
});

Deno.test("Shares gives everybody one, and all of them to the only one", () => {
  const few = new Shares(2, { isShared: true });
  const own = new Shares(2, { isShared: false });

  assertEquals(["a", "a", "b", "c"].map((name) => few.enter(name)), [
    undefined,
    "share",
    undefined,
    "full",
  ]);
  assertEquals([1, 2, 3].map(() => own.enter("a")), [
    undefined,
    undefined,
    "full",
  ]);
});

Deno.test("Capacity leaves half of its places to those who are known", () => {
  const capacity = new Capacity(3);

  const strangers = [capacity.doubt(), capacity.doubt(), capacity.doubt()];
  capacity.know();

  assertEquals(strangers, [true, true, false]);
  assert(capacity.doubt());
  assert(new Capacity(1).doubt());
});

Deno.test("fetch() lets no more wait than may, and takes what they send all the same", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const scheduler = new Scheduler();
  scheduler.define("slow", { run: () => promise });
  const clock = new FakeClock();
  await using stage = stageOf(scheduler, { maxWaiting: 2, clock });
  const headers = { Prefer: "wait=10" };
  const wait = (
    key: string,
    more: Record<string, string> = {},
  ): Promise<Response> =>
    stage.ask(`POST /v1/items/slow/${key}/messages`, {
      headers: { ...headers, ...more },
    });

  const first = wait("a");
  const second = wait("b");
  while (scheduler.snapshot().running < 2) await turn();
  const third = await wait("c", { "Idempotency-Key": "c" });
  const fourth = await wait("c", { "Idempotency-Key": "c" });
  const atOnce = await wait("d", { Prefer: "wait=0" });
  clock.advance(10_000);
  const early = [await first, await second];
  const fifth = wait("c", { "Idempotency-Key": "c" });
  while (clock.timers === 0) await turn();
  resolve("done");

  const all = [third, fourth, atOnce, ...early, await fifth];
  assertEquals(
    all.map(({ status, headers }) => [
      status,
      headers.get("Preference-Applied"),
    ]),
    [
      [202, null],
      [202, null],
      [202, "wait=0"],
      [202, "wait=10"],
      [202, "wait=10"],
      [200, "wait=10"],
    ],
  );
  assertEquals((await (await fifth).json()).result, "done");
  assertEquals(await fourth.json(), await third.json());
});

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
