/** How soon what a lost process was running is run by another, and who is told
 * of what passes by itself. */
import { assert, assertEquals } from "@std/assert";
import { StoreError } from "../../src/durable/errors.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { hooked, lineTo, pass, Stage } from "./scheduler_stage.ts";

const LEASE_MS = 1_000;
type Memory = ReturnType<typeof memoryStore>;

/** A store that takes a while to say which sessions there are. */
function later(store: Memory, clock: FakeClock, ms: number): Memory {
  return hooked(store, async (method, call) => {
    const answer = await call();
    if (method === "sessions") {
      await new Promise<void>((resolve) => clock.startTimer(resolve, ms));
    }
    return answer;
  });
}

Deno.test("D11 a lost run begins again within a lease and a scan", async () => {
  for (let lateMs = 0; lateMs < LEASE_MS; lateMs += 90) {
    await using stage = new Stage();
    const line = lineTo(stage.store);
    const lost = stage.scheduler({ store: line.store, lease: LEASE_MS });
    lost.define("a", { run: () => new Promise(() => {}) });
    await lost.define("b", { run(): void {} }).request("warm");
    const { store, clock } = stage;
    await store.enqueue([wake("a", "k")]);
    await stage.pass(lateMs);
    let beganMs: number | undefined;
    const slow = later(stage.store, clock, 20);
    const other = stage.scheduler({ store: slow, lease: LEASE_MS });
    other.define("b", { run(): void {} }); // It looks from now on.
    await stage.pass(LEASE_MS + 100); // Just after a look, and some just after a renewal.

    line.state = "silent";
    const lostMs = clock.now();
    other.define("a", { run: () => void (beganMs ??= clock.now()) });
    await stage.pass(3 * LEASE_MS);

    const tookMs = (beganMs ?? Infinity) - lostMs;
    assert(tookMs <= 1.5 * LEASE_MS + 300, `${tookMs} ms, late ${lateMs}`);
  }
});

Deno.test("work() of a process that lives for moments fences who is long gone", async () => {
  const clock = new FakeClock({ now: 0, today: 1e12 });
  const store = memoryStore({ clock });
  const gone = await store.openSession();
  await store.enqueue([wake("a", "k")]);
  await store.claim(gone, [{ kind: "a", limit: 1 }], 1);
  const work = async (): Promise<number> => {
    await using stage = new Stage();
    const scheduler = stage.scheduler({ store, clock, handlers: "on-call" });
    scheduler.define("a", { run(): void {} });
    const working = scheduler.work({ deadline: 1_000 });
    await pass(clock, 2_000);
    return (await working).runs;
  };

  assertEquals(await work(), 0);
  clock.advance(60_000);
  assertEquals(await work(), 0);
  clock.advance(40_000);
  assertEquals(await work() + await work(), 1);
});

Deno.test("a process whose clock is behind is not fenced while it renews", async () => {
  await using stage = new Stage();
  const { store } = stage;
  const behind = hooked(store, async (method, call) => {
    if (method !== "sessions") return await call();
    return (await store.sessions()).map((view) => ({ ...view, beatAt: 0 }));
  });
  let runs = 0;
  const run = (): Promise<void> => {
    runs++;
    return new Promise(() => {});
  };
  const kind = stage.scheduler({ lease: LEASE_MS }).define("a", { run });
  await kind.enqueue("k");
  await stage.pass(100);

  stage.scheduler({ store: behind, lease: LEASE_MS }).define("a", { run });
  await stage.pass(10 * LEASE_MS);

  assertEquals(runs, 1);
  assertEquals((await kind.inspect("k"))?.state, "running");
});

/** What the host is told while something is done. */
async function toldToHost(act: () => Promise<void>): Promise<unknown[]> {
  const told: unknown[] = [];
  const listener = (event: ErrorEvent): void => {
    event.preventDefault();
    told.push(event.error);
  };
  addEventListener("error", listener);
  try {
    await act();
  } finally {
    removeEventListener("error", listener);
  }
  return told;
}

Deno.test("without onError, what does not pass by itself is told to the host", async () => {
  await using stage = new Stage();
  const error = new StoreError("Cannot claim", "the process may not", {
    trouble: "permission",
  });
  let isAllowed = false;
  const store = hooked(
    stage.store,
    (_method, call) => isAllowed ? call() : Promise.reject(error),
  );
  const scheduler = stage.scheduler({ store, onError: undefined });
  scheduler.define("a", { run(): void {} });

  const told = await toldToHost(() => stage.pass(5_000));
  isAllowed = true;

  assertEquals(told, [error]); // Once for the outage.
});

Deno.test("without onError, what loses nothing is told to nobody", async () => {
  await using stage = new Stage();
  const line = lineTo(stage.store);
  const scheduler = stage.scheduler({ store: line.store, onError: undefined });
  const kind = scheduler.define("a", {
    run(): never {
      throw new Error("broken");
    },
  });

  const told = await toldToHost(async () => {
    await kind.enqueue("k");
    await stage.pass(1_000);
    line.state = "down";
    await stage.pass(5_000);
    line.state = "up";
    await stage.pass(5_000);
  });

  assertEquals(told, []);
  assertEquals((await kind.dead()).items.length, 1);
});

function wake(
  kind: string,
  key: string,
): Parameters<ReturnType<typeof memoryStore>["enqueue"]>[0][number] {
  return {
    kind,
    key,
    id: undefined,
    body: undefined,
    reply: undefined,
    idWindowMs: 1_000,
    delayMs: 0,
    reschedule: "earliest",
    maxDelayMs: Infinity,
    whenRunning: "rerun",
    maxInbox: 100,
  };
}
