/** How a client waits for a result. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Client,
  connect,
  NoResultError,
  ProblemError,
} from "../../src/client/mod.ts";
import {
  HastyClock,
  json,
  problem,
  receipt,
  rejection,
  serving,
} from "./stage.ts";

const ACME = { kind: "sync", key: "acme" };

/** What was asked: the wait, the key and the message. */
interface Asked {
  readonly prefer: string | null;
  readonly key: string | null;
  readonly body: string;
}

async function answering(
  answers: readonly (() => Response)[],
  use: (url: string, asked: readonly Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  await serving(async (request) => {
    asked.push({
      prefer: request.headers.get("prefer"),
      key: request.headers.get("idempotency-key"),
      body: await request.text(),
    });
    const answer = answers[asked.length - 1] ?? answers.at(-1);
    return answer?.() ?? receipt();
  }, (url) => use(url, asked));
}

function done(result?: unknown): () => Response {
  return () => json({ outcome: "queued", version: "2", result });
}

function hasty(url: string): {
  readonly client: Client;
  readonly clock: HastyClock;
} {
  const clock = new HastyClock();
  return { client: connect(url, { clock, random: () => 0.5 }), clock };
}

Deno.test("request() asks again with the same key until there is a result", async () => {
  await answering(
    [() => receipt("coalesced"), receipt, done({ sum: 3 })],
    async (url, asked) => {
      const { client, clock } = hasty(url);

      const { outcome, version, result } = await client.request(ACME, [1]);

      assertEquals([outcome, version], ["coalesced", "1"]);
      assertEquals(await result, { sum: 3 });
      assertEquals(asked.map(({ prefer }) => prefer), [
        "wait=0",
        "wait=20",
        "wait=20",
      ]);
      assertEquals(asked.map(({ body }) => body), ["[1]", "[1]", "[1]"]);
      assertEquals(new Set(asked.map(({ key }) => key)).size, 1);
      assertEquals(clock.pauses, [1_000]); // The server did not wait.
    },
  );
});

Deno.test("request() of a kind resolves with the result, or undefined", async () => {
  await answering([done(), done(7)], async (url) => {
    const { client } = hasty(url);
    const sync = client.kind("sync");

    assertEquals(await sync.request("acme"), undefined);
    assertEquals(await sync.get("acme").request(), 7);
  });
});

Deno.test("request() asks again while an earlier ask is still answered", async () => {
  const busy = (): Response => problem(409, "WI-HTTP-IN-PROGRESS");
  await answering(
    [busy, busy, busy, busy, busy, done("late")],
    async (url, asked) => {
      const { client } = hasty(url);

      const { result } = await client.request(ACME);

      assertEquals(await result, "late");
      assertEquals(asked.length, 6);
    },
  );
});

Deno.test("request() loses its patience, and says that it may have happened", async () => {
  await answering([receipt], async (url, asked) => {
    const { client } = hasty(url);

    const { result } = await client.request(ACME, 1, { patience: 2_500 });
    const error = await rejection(result);

    assertInstanceOf(error, NoResultError);
    assertEquals([error.code, error.outcome], ["WI-NO-RESULT", "unknown"]);
    assertEquals(asked.map(({ prefer }) => prefer), [
      "wait=0",
      "wait=3",
      "wait=2",
      "wait=1",
    ]);
  });
});

Deno.test("request() waits out an outage, once its enqueue was accepted", async () => {
  const outage = [
    () => problem(503, "WI-CLOSED", {}, { "retry-after": "3" }),
    () => problem(503, "WI-STORE-UNAVAILABLE"),
    () => new Response("Bad gateway", { status: 502 }),
    ...Array(30).fill(() => problem(503, "WI-HTTP-CAPACITY")),
  ];
  await answering([receipt, ...outage, done("late")], async (url, asked) => {
    const { client, clock } = hasty(url);

    const { result } = await client.request(ACME, 1);

    assertEquals(await result, "late");
    assertEquals(asked.length, 35);
    assertEquals(new Set(asked.map(({ key }) => key)).size, 1);
    assertEquals(clock.pauses.slice(0, 4), [3_000, 1_500, 3_000, 3_750]);
    assertEquals(Math.max(...clock.pauses), 3_750); // 5 s, with chance 0.5.
  });
});

Deno.test("request() waits out an outage of its endpoint no longer than its patience", async () => {
  const hour = { "retry-after": "3600" };
  const down = (): Response => problem(503, "WI-CLOSED", {}, hour);
  await answering([receipt, down], async (url, asked) => {
    const { client, clock } = hasty(url);

    const { result } = await client.request(ACME, 1, { patience: 10_000 });
    const error = await rejection(result);

    assertInstanceOf(error, NoResultError);
    assertInstanceOf(error.cause, ProblemError);
    assertEquals([error.cause.code, asked.length], ["WI-CLOSED", 2]);
    assertEquals(clock.pauses, [10_000]);
  });
});

Deno.test("request() is tried as retry says until its enqueue was accepted", async () => {
  const down = (): Response => problem(503, "WI-CLOSED");
  await answering([down], async (url, asked) => {
    const clock = new HastyClock();
    const client = connect(url, { clock, retry: [10] });

    const error = await rejection(client.kind("sync").request("acme"));

    assertInstanceOf(error, ProblemError);
    assertEquals([error.code, asked.length], ["WI-CLOSED", 2]);
  });
});

Deno.test("request() rejects with the run's problem, and is not asked again", async () => {
  const failed = (): Response => problem(502, "WI-RUN-FAILED");
  await answering([receipt, failed], async (url, asked) => {
    const { client } = hasty(url);

    const { result } = await client.request(ACME);
    const error = await rejection(result);

    assertInstanceOf(error, ProblemError);
    assertEquals([error.code, asked.length], ["WI-RUN-FAILED", 2]);
  });
});

Deno.test("request() ends with its signal, also after the enqueue was answered", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const answers = [receipt, (): Response => {
    controller.abort();
    return receipt();
  }];
  await answering(answers, async (url) => {
    const { client } = hasty(url);

    const { result } = await client.request(ACME, 1, { signal });

    assertEquals(await rejection(result), signal.reason);
  });
});
