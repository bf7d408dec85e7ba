/** What is sent again where nobody remembers that it was sent (H4, H14): by an
 * endpoint that was made anew, or that of another process. */
import { assertEquals, assertThrows } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { sign, webhook, workItems } from "../../src/http/mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { ask, type Asking, type Stage, stageOf } from "./stage.ts";

const LINE = "POST /v1/items/pay/a/messages";
const SECRET = `whsec_${btoa("s".repeat(32))}`;

/** One scheduler, and all that it was handed. */
function payments(): { scheduler: Scheduler; messages: unknown[] } {
  const messages: unknown[] = [];
  const scheduler = new Scheduler();
  scheduler.define("pay", {
    run: (run) => {
      messages.push(...run.messages);
      return run.messages;
    },
  });
  return { scheduler, messages };
}

async function outcomeOf(stage: Stage, asking: Asking): Promise<unknown> {
  const answer = await stage.ask(LINE, asking);
  const body = await answer.json();
  return body.outcome ?? body.code;
}

Deno.test("fetch() keeps no answer for a key that another endpoint took", async () => {
  const { scheduler, messages } = payments();
  await using first = stageOf(scheduler);
  await using second = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one" };
  const right = { headers, body: "1" };

  const outcomes = [
    await outcomeOf(first, right),
    await outcomeOf(second, { headers, body: "2" }),
    await outcomeOf(second, right),
    await outcomeOf(second, right),
    await outcomeOf(first, right),
    await outcomeOf(first, { headers, body: "2" }),
  ];
  await scheduler.idle();

  const twice = "duplicate";
  const reused = "WI-HTTP-KEY-REUSED";
  assertEquals(outcomes, ["queued", twice, twice, twice, "queued", reused]);
  assertEquals(messages, [1]);
});

Deno.test("fetch() keeps no result for a key that another endpoint took", async () => {
  const { scheduler, messages } = payments();
  await using first = stageOf(scheduler);
  await using second = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one", "Prefer": "wait=5" };

  const results = [];
  for (const [stage, body] of [[first, "1"], [second, "2"], [second, "1"]]) {
    const answer = await (stage as Stage).ask(LINE, { // Each pair has one.
      headers,
      body: body as string, // And a body.
    });
    results.push([answer.status, (await answer.json()).result]);
  }

  assertEquals(results, [[200, [1]], [200, [1]], [200, [1]]]);
  assertEquals(messages, [1]);
});

Deno.test("fetch() keeps no answer for a batch that another endpoint took", async () => {
  const { scheduler } = payments();
  await using first = stageOf(scheduler);
  await using second = stageOf(scheduler);
  const headers = { "Idempotency-Key": "one" };
  const line = "POST /v1/items/pay/messages";
  const send = async (stage: Stage, body: string): Promise<number> =>
    (await stage.ask(line, { headers, body })).status;

  const statuses = [
    await send(first, '[{"key":"a","message":1}]'),
    await send(second, '[{"key":"a","message":2}]'),
    await send(second, '[{"key":"a","message":1}]'),
  ];

  assertEquals(statuses, [202, 202, 202]);
});

Deno.test("fetch() takes a signed message once, whatever its query says", async () => {
  const { scheduler, messages } = payments();
  const auth = webhook({ secrets: SECRET });
  const endpoints = [1, 2, 3].map(() => workItems(scheduler, { auth }));
  const timestamp = Math.floor(Date.now() / 1_000);
  const body = '{"pay":1}';
  const headers = await sign({ secret: SECRET, id: "m1", timestamp, body });

  const statuses = [];
  for (const [n, query] of ["", "", "?id=zz"].entries()) {
    const { fetch } = endpoints[n] ?? endpoints[0] ?? { fetch: never };
    const answer = await ask(fetch, LINE + query, { headers, body });
    statuses.push(answer.status);
  }
  await scheduler.close();
  for (const endpoint of endpoints) endpoint.close();

  assertEquals(statuses, [202, 202, 400]);
  assertEquals(messages, [{ pay: 1 }]);
});

function never(): Promise<Response> {
  throw new Error("there are three endpoints");
}

Deno.test("webhook() takes no tolerance that targets could not remember", () => {
  for (const tolerance of [300_001, 3_600_000, Infinity]) {
    assertThrows(
      () => webhook({ secrets: SECRET, tolerance }),
      RangeError,
      '"tolerance" must be a whole number from 0 to 300000',
    );
  }
});

Deno.test("workItems() needs a window of twice the tolerance of its webhooks", async () => {
  const { scheduler } = payments();
  const make = (tolerance: number, idempotencyWindow: number): void => {
    const auth = [webhook({ secrets: SECRET, tolerance })];
    workItems(scheduler, { auth, idempotencyWindow }).close();
  };

  make(1_000, 2_000);
  assertThrows(
    () => make(1_000, 1_999),
    RangeError,
    '"idempotencyWindow" must be at least twice the tolerance',
  );
  await scheduler.close();
});

Deno.test("fetch() takes a signed message once, for as long as it is good", async () => {
  const clock = new FakeClock({ today: 1_800_000_000_000 });
  const { scheduler, messages } = payments();
  const auth = webhook({ secrets: SECRET });
  await using stage = stageOf(scheduler, { auth, clock });
  const timestamp = clock.today() / 1_000 + 299;
  const body = "1";
  const headers = await sign({ secret: SECRET, id: "m1", timestamp, body });

  const outcomes = [];
  for (let n = 0; n < 6; n++) {
    outcomes.push(await outcomeOf(stage, { headers, body }));
    clock.advance(119_999);
  }

  const late = "WI-HTTP-UNAUTHENTICATED";
  assertEquals(outcomes, [...Array(5).fill("queued"), late]);
  assertEquals(messages, [1]);
});
