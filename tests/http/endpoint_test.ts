/** The endpoint in process: how it is made and mounted, and what it answers
 * where a socket makes no difference. The laws are in the table. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Hono } from "hono";
import { Scheduler, type } from "../../mod.ts";
import { DurableScheduler } from "../../src/durable/mod.ts";
import { bearer, type RequestRecord, workItems } from "../../src/http/mod.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { ask, stageOf } from "./stage.ts";

const MESSAGES = "/v1/items/reindex/acme/messages";

/** A scheduler whose one kind tells what it ran, and returns how much. */
function schedulerOf(): {
  readonly scheduler: Scheduler;
  readonly ran: (readonly [key: string, messages: readonly unknown[]])[];
} {
  const scheduler = new Scheduler();
  const ran: [string, readonly unknown[]][] = [];
  scheduler.define("reindex", {
    message: type<unknown>(),
    run: ({ key, messages }) => {
      ran.push([key, messages]);
      return messages.length;
    },
  });
  return { scheduler, ran };
}

Deno.test("workItems() is not made without auth, and says what to pass", () => {
  const { scheduler } = schedulerOf();

  for (const options of [undefined, {}, { auth: undefined }]) {
    const error = assertThrows(
      () => workItems(scheduler, options as never),
      TypeError,
    );
    assert(/auth: bearer\(token\)/.test(error.message), error.message);
  }
});

Deno.test("workItems() refuses options that make no sense, without their values", () => {
  const { scheduler } = schedulerOf();
  const auth = "none";
  const mistakes: readonly Record<string, unknown>[] = [
    { auth: "secret-token-of-mine" },
    { auth: [] },
    { auth, maxBytes: 0 },
    { auth, maxBytes: "secret-token-of-mine" },
    { auth, maxDepth: 513 },
    { auth, maxBatch: 1_001 },
    { auth, bodyTimeout: 0 },
    { auth, cors: { origins: ["*"] } },
    { auth, cors: { origins: ["null"] } },
    { auth, cors: { origins: ["https://shop.example/path"] } },
    { auth, rate: { limit: 1 } },
    { auth, hosts: "localhost" },
    { auth, hots: [] },
  ];

  for (const options of mistakes) {
    const error = assertThrows(
      () => workItems(scheduler, options as never),
      Error,
    );
    assert(error instanceof TypeError || error instanceof RangeError);
    assert(!error.message.includes("secret"), error.message);
  }
});

Deno.test("workItems() refuses what is no scheduler", () => {
  for (const source of [undefined, null, {}, 1, () => {}]) {
    assertThrows(
      () => workItems(source as never, { auth: "none" }),
      TypeError,
    );
  }
});

Deno.test("fetch() answers what a durable scheduler says", async () => {
  const scheduler = new DurableScheduler({ store: memoryStore() });
  scheduler.define("reindex", { run: ({ messages }) => messages.length });
  await using stage = stageOf(scheduler);

  const answer = await stage.ask(`POST ${MESSAGES}`, {
    body: "7",
    headers: { "Prefer": "wait=10" },
  });

  assertEquals(answer.status, 200);
  assertEquals((await answer.json()).result, 1);
});

const KEYS = [
  "a/b",
  "ä",
  "%41",
  "..a",
  "a%2Fb",
  "a b",
  "a+b",
  "🦕",
  "a?b#c",
  "a\\b",
  "...",
  "~a._-",
  "__proto__",
  "messages",
  "constructor",
];

Deno.test("fetch() finds the same item alone and mounted, whatever its key", async () => {
  const { scheduler, ran } = schedulerOf();
  await using stage = stageOf(scheduler);
  const app = new Hono().mount("/work", stage.endpoint.fetch);
  const mounted = (request: Request): Promise<Response> =>
    Promise.resolve(app.fetch(request));

  for (const key of KEYS) {
    const path = `/v1/items/reindex/${encodeURIComponent(key)}`;
    const wait = { body: "1", headers: { "Prefer": "wait=5" } };
    const alone = await stage.ask(`POST ${path}/messages`, wait);
    const below = await ask(mounted, `POST ${path}/messages`, wait, "/work");

    assertEquals([alone.status, below.status], [200, 200]);
  }
  assertEquals(ran.map(([key]) => key), KEYS.flatMap((key) => [key, key]));
});

Deno.test("fetch() says in Location where the item is, below any mount", async () => {
  const { scheduler } = schedulerOf();
  await using stage = stageOf(scheduler);

  for (const key of KEYS) {
    const path = `/v1/items/reindex/${encodeURIComponent(key)}`;
    const answer = await stage.ask(`POST ${path}/messages`, { body: "1" });

    const location = answer.headers.get("Location") ?? "";
    const base = `http://localhost/work${path}/messages`;
    const expected = new URL(`http://localhost/work${path}`);
    assertEquals(new URL(location, base).pathname, expected.pathname);
  }
});

Deno.test("fetch() takes a key named messages for an item", async () => {
  const { scheduler } = schedulerOf();
  await using stage = stageOf(scheduler);
  const path = "/v1/items/reindex/messages";
  scheduler.pause();
  await stage.ask(`POST ${path}/messages`, { body: "1" });

  const looked = await stage.ask(`GET ${path}`);
  const many = await stage.ask(`POST ${path}`, { body: '[{"key":"a"}]' });
  const wrong = await stage.ask("POST /v1/items/reindex/other", { body: "1" });

  assertEquals((await looked.json()).key, "messages");
  assertEquals((await many.json()).accepted, 1);
  assertEquals(wrong.status, 405);
  assertEquals(wrong.headers.get("Allow"), "GET, HEAD, DELETE");
});

Deno.test("fetch() answers HEAD as GET, without a body", async () => {
  const { scheduler } = schedulerOf();
  await using stage = stageOf(scheduler);

  const there = await stage.ask("HEAD /v1/kinds");
  const events = await stage.ask("HEAD /v1/events");
  const not = await stage.ask("HEAD /v1/nothing");

  assertEquals([there.status, events.status, not.status], [200, 200, 404]);
  assertEquals(await there.text() + await events.text(), "");
});

Deno.test("fetch() gives a page, and the way to the next", async () => {
  const { scheduler } = schedulerOf();
  scheduler.pause();
  await using stage = stageOf(scheduler);
  const keys = ["a", "b&c", "d", "e"];
  const body = JSON.stringify(keys.map((key) => ({ key })));
  await stage.ask("POST /v1/items/reindex/messages", { body });

  const seen: string[] = [];
  let query: string | undefined = "?limit=1&state=queued";
  while (query !== undefined) {
    const answer = await stage.ask(`GET /v1/items/reindex${query}`);
    const { items } = await answer.json();
    seen.push(...items.map(({ key }: { key: string }) => key));
    const link = answer.headers.get("Link") ?? "";
    query = /^<(\?[^>]+)>; rel="next"$/.exec(link)?.[1];
  }

  assertEquals(seen, keys);
});

Deno.test("fetch() tells of a failed run who failed, and why only if it may", async () => {
  const scheduler = new Scheduler({ onError: () => {} });
  scheduler.define("bad", {
    run: () => {
      throw Object.assign(new RangeError("of acme: 4711"), { code: "E_ROW" });
    },
  });
  await using silent = stageOf(scheduler);
  await using open = stageOf(scheduler, { exposeErrors: true });
  const line = "POST /v1/items/bad/a/messages";
  const headers = { "Prefer": "wait=5" };

  const hidden = await (await silent.ask(line, { headers })).json();
  const shown = await (await open.ask(line, { headers })).json();

  assertEquals([hidden.status, hidden.code], [502, "WI-RUN-FAILED"]);
  assertEquals(hidden.detail, "The run ended with RangeError (E_ROW)");
  assertEquals(
    shown.detail,
    "The run ended with RangeError (E_ROW): of acme: 4711",
  );
});

Deno.test("fetch() survives results and messages that no JSON can tell", async () => {
  const scheduler = new Scheduler();
  const loop: Record<string, unknown> = {};
  loop.itself = loop;
  const made: Record<string, unknown> = { big: 1n, loop, map: new Map() };
  scheduler.define("odd", { run: ({ key }) => made[key] });
  const held = scheduler.define("held", {
    message: type<unknown>(),
    run: () => {},
  });
  await using stage = stageOf(scheduler);
  const result = async (key: string): Promise<unknown> => {
    const answer = await stage.ask(`POST /v1/items/odd/${key}/messages`, {
      headers: { "Prefer": "wait=5" },
    });
    const body = await answer.json();
    return body.code ?? body.result;
  };

  scheduler.pause();
  for (const message of [1n, loop, "text", () => {}]) {
    held.enqueue("a", message);
  }
  const taken = await stage.ask("POST /v1/items/held/a/cancel");
  scheduler.resume();

  assertEquals((await taken.json()).messages, [null, null, "text", null]);
  assertEquals(await result("big"), "WI-RUN-RESULT");
  assertEquals(await result("loop"), "WI-RUN-RESULT");
  assertEquals(await result("nothing"), undefined);
  assertEquals(await result("map"), {});
});

Deno.test("fetch() tells its owner of what nobody else is told, and goes on", async () => {
  const { scheduler } = schedulerOf();
  const told: unknown[] = [];
  const secret = new Error("of the house");
  await using stage = stageOf(scheduler, {
    authorize: () => {
      throw secret;
    },
    onError: (error, { requestId, route }) => {
      told.push([error, requestId, route]);
      throw new Error("once more");
    },
    onRequest: () => {
      throw secret;
    },
  });

  const answer = await stage.ask("GET /v1/stats");

  const body = await answer.json();
  const id = answer.headers.get("X-Request-Id");
  assertEquals([answer.status, body.code], [500, "WI-HTTP-INTERNAL"]);
  assert(!JSON.stringify(body).includes("house"));
  assertEquals(told[0], [secret, id, "/v1/stats"]);
  assertEquals(told.length, 2);
});

Deno.test("fetch() tells the access log of each request, but no key and no body", async () => {
  const { scheduler } = schedulerOf();
  const records: RequestRecord[] = [];
  const token = "0123456789abcdef";
  await using stage = stageOf(scheduler, {
    auth: bearer({ shop: token }),
    onRequest: (record) => records.push(record),
  });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { "Authorization": `Bearer ${token}`, traceparent };

  await stage.ask("POST /v1/items/reindex/k-4711/messages", {
    body: '"b-4712"',
    headers,
  });
  await stage.ask("GET /v1/items/reindex/k-4711");
  await stage.ask("GET /k-4711");

  assertEquals(
    records.map(({ method, route, status, principal, kind }) =>
      [method, route, status, principal, kind].join(" ")
    ),
    [
      "POST /v1/items/:kind/:key/messages 202 shop reindex",
      "GET /v1/items/:kind/:key 401  ",
      "GET  404  ",
    ],
  );
  assertEquals(records[0]?.traceparent, traceparent);
  assert(!/471[12]|0123/.test(JSON.stringify(records)));
});

Deno.test("fetch() leaves out a schema's quote of the message, unless it may tell", async () => {
  const quoting = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) => ({
        issues: [
          { message: `expected a number, got ${JSON.stringify(value)}` },
          { message: "expected a number", path: ["a/b", { key: "~" }, 0] },
        ],
      }),
    },
  };
  const scheduler = new Scheduler();
  scheduler.define("strict", { message: quoting, run: () => {} });
  await using silent = stageOf(scheduler);
  await using open = stageOf(scheduler, { exposeErrors: true });
  const errors = async (stage: typeof silent): Promise<unknown> => {
    const line = "POST /v1/items/strict/a/messages";
    const answer = await stage.ask(line, { body: '"secret-4711"' });
    assertEquals(answer.status, 422);
    return (await answer.json()).errors;
  };
  const second = { pointer: "/a~1b/~0/0", detail: "expected a number" };

  assertEquals(await errors(silent), [
    { pointer: "", detail: "does not fit the schema" },
    second,
  ]);
  assertEquals(await errors(open), [
    { pointer: "", detail: 'expected a number, got "secret-4711"' },
    second,
  ]);
});

Deno.test("fetch() refuses before it reads when the target says so", async () => {
  const { scheduler } = schedulerOf();
  await using stage = stageOf(scheduler);
  await scheduler.close();
  let reads = 0;
  const body = new ReadableStream({
    pull: () => void reads++,
  }, { highWaterMark: 0 });

  const answer = await stage.endpoint.fetch(
    new Request(`http://localhost${MESSAGES}`, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    }),
  );
  const ready = await stage.ask("GET /readyz");
  const health = await stage.ask("GET /healthz");

  assertEquals((await answer.json()).code, "WI-CLOSED");
  assertEquals(reads, 0);
  assertEquals([answer.status, ready.status, health.status], [503, 503, 200]);
});
