/** The client and the endpoint together: what is lost on the way is neither lost
 * nor doubled. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { kind, Scheduler, type } from "../../mod.ts";
import {
  type ClientOptions,
  connect,
  type Fetch,
  ProblemError,
} from "../../src/client/mod.ts";
import { DurableScheduler } from "../../src/durable/mod.ts";
import { bearer, workItems } from "../../src/http/mod.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { HastyClock, rejection, serving, Signal } from "./stage.ts";

const TOKEN = "a-token-of-tests";
const ACME = { kind: "sum", key: "acme" };

/** All messages that a run has been handed. */
function summing(): {
  readonly sum: ReturnType<typeof sumOf>;
  readonly seen: readonly number[];
} {
  const seen: number[] = [];
  return { sum: sumOf(seen), seen };
}

// deno-lint-ignore explicit-function-return-type -- it is what kind() infers
function sumOf(seen: number[]) {
  return kind("sum", {
    message: type<number>(),
    run({ messages }): number {
      seen.push(...messages);
      return messages.reduce((sum, each) => sum + each, 0);
    },
  });
}

/** An endpoint of `scheduler`, mounted below `/work`. */
async function over(
  scheduler: Scheduler | DurableScheduler,
  use: (
    connected: (options?: ClientOptions) => ReturnType<typeof connect>,
    closed: () => void,
  ) => Promise<void>,
): Promise<void> {
  const endpoint = workItems(scheduler, { auth: bearer(TOKEN) });
  await serving((request) => {
    const url = request.url.replace("/work/", "/");
    return endpoint.fetch(new Request(url, request));
  }, async (url) => {
    try {
      await use(
        (options = {}) =>
          connect(`${url}/work`, {
            token: TOKEN,
            random: () => 0.5,
            ...options,
          }),
        () => endpoint.close(),
      );
    } finally {
      await scheduler.close({ grace: 0 });
      endpoint.close();
    }
  });
}

const SCHEDULERS = {
  "in memory": (): Scheduler => new Scheduler(),
  "on a store": (): DurableScheduler =>
    new DurableScheduler({ store: memoryStore(), pollInterval: 5 }),
};

/** Loses the first answers, after the endpoint has given them. */
function losing(count: number): Fetch {
  let left = count;
  return async (url, init) => {
    const answer = await fetch(url, init);
    if (left-- <= 0) return answer;
    await answer.body?.cancel();
    throw new TypeError("The answer was lost");
  };
}

for (const [name, make] of Object.entries(SCHEDULERS)) {
  Deno.test(`answers that were lost double no message, ${name}`, async () => {
    const { sum, seen } = summing();
    const scheduler = make();
    if (scheduler instanceof Scheduler) scheduler.define(sum);
    else scheduler.define(sum);
    await over(scheduler, async (connected) => {
      const client = (): ReturnType<typeof connect> =>
        connected({ fetch: losing(3), clock: new HastyClock() });
      await connected().pause(true);

      const { outcome } = await client().enqueue(ACME, 1);
      const many = await client().kind(sum).enqueueMany(
        [{ key: "acme", message: 2 }, { key: "acme", message: 3 }],
      );
      const { result } = await client().request(ACME, 4);
      await connected().pause(false);

      assertEquals([outcome, ...many], ["queued", "coalesced", "coalesced"]);
      assertEquals(await result, 10);
      assertEquals(seen, [1, 2, 3, 4]);
    });
  });

  Deno.test(`a result comes although answers were lost, ${name}`, async () => {
    const { sum, seen } = summing();
    const scheduler = make();
    if (scheduler instanceof Scheduler) scheduler.define(sum);
    else scheduler.define(sum);
    await over(scheduler, async (connected) => {
      const client = connected({ fetch: losing(3), clock: new HastyClock() });

      assertEquals(await client.kind(sum).request("acme", 5), 5);

      assertEquals(seen, [5]);
    });
  });

  Deno.test(`observe() misses nothing when its connection breaks, ${name}`, async () => {
    const { sum } = summing();
    const scheduler = make();
    if (scheduler instanceof Scheduler) scheduler.define(sum);
    else scheduler.define(sum);
    await over(scheduler, async (connected) => {
      const breaks: AbortController[] = [];
      const breaking: Fetch = async (url, init) => {
        const controller = new AbortController();
        breaks.push(controller);
        init.signal?.addEventListener("abort", () => controller.abort());
        return await fetch(url, { ...init, signal: controller.signal });
      };
      const clock = new HastyClock();
      const client = connected({ fetch: breaking, clock });
      const seen: unknown[] = [];
      let told = new Signal();
      const stop = client.observe({
        ended: ({ key, outcome }) => {
          seen.push(`${key} ${outcome}`);
          told.resolve();
        },
      }, { kind: "sum", onReset: () => void seen.push("reset") });
      await client.observing();

      for (const key of ["a", "b", "c"]) {
        told = new Signal();
        await connected().enqueue({ kind: "sum", key }, 1);
        await told.promise;
        breaks.at(-1)?.abort();
      }
      stop();

      assertEquals(seen, ["a ok", "b ok", "c ok"]);
      assertEquals(clock.limits.size, 0);
    });
  });
}

Deno.test("a wrong token is refused, once, and shown to nobody", async () => {
  await over(new Scheduler(), async (connected) => {
    const token = "another-token-of-tests";

    const error = await rejection(connected({ token }).kinds());

    assertInstanceOf(error, ProblemError);
    assertEquals(error.status, 401);
    assertEquals(Deno.inspect(error).includes(token), false);
  });
});

Deno.test("a client is connected in process, without a socket", async () => {
  const { sum } = summing();
  const scheduler = new Scheduler();
  scheduler.define(sum);
  const endpoint = workItems(scheduler, { auth: "none" });
  const client = connect("http://127.0.0.1", {
    fetch: (url, init) => endpoint.fetch(new Request(url, init)),
  });

  assertEquals(await client.kind(sum).request("a", 2), 2);

  await scheduler.close();
  endpoint.close();
});
