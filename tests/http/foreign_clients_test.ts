/** Clients that nobody here wrote, against a real server: curl, the SDK of
 * CloudEvents, and the reference library of Standard Webhooks. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  CloudEvent,
  emitterFor,
  type EmitterFunction,
  HTTP,
  httpTransport,
  type Message,
} from "npm:cloudevents@^10";
import { Webhook } from "npm:standardwebhooks@^1.1.1";
import { Scheduler } from "../../mod.ts";
import {
  bearer,
  type EndpointOptions,
  webhook,
  workItems,
} from "../../src/http/mod.ts";

const TOKEN = "curl-5f0c1b7e9a2d4c";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** A server, and what its runs were handed. */
interface Served extends AsyncDisposable {
  readonly url: string;
  /** As `acme: {"doc":7}`. */
  readonly seen: readonly string[];
  readonly scheduler: Scheduler;
}

function serve(auth: EndpointOptions["auth"]): Served {
  const seen: string[] = [];
  const scheduler = new Scheduler();
  scheduler.define("reindex", {
    run: ({ key, messages }) => {
      seen.push(...messages.map((each) => `${key}: ${JSON.stringify(each)}`));
      return { answered: messages.length };
    },
  });
  const endpoint = workItems(scheduler, { auth });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => endpoint.fetch(request),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    seen,
    scheduler,
    async [Symbol.asyncDispose](): Promise<void> {
      endpoint.close();
      await server.shutdown();
      await scheduler.close();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls curl, which prints the head and the body of the answer. */
async function curl(...args: readonly string[]): Promise<Answer> {
  const { success, stdout, stderr } = await run(["-sS", "-i", ...args]);
  const decoder = new TextDecoder();
  if (!success) throw new Error(`curl: ${decoder.decode(stderr)}`);
  const [headers = "", body = ""] = decoder.decode(stdout).split("\r\n\r\n");
  return {
    status: Number(headers.split(" ")[1]),
    headers,
    body: body === "" ? {} : JSON.parse(body),
  };
}

async function run(args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command("curl", { args }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("This test needs curl: apt-get install -y curl");
  }
}

const AUTH = ["-H", `Authorization: Bearer ${TOKEN}`];
const JSON_TYPE = ["-H", "Content-Type: application/json"];

Deno.test("curl enqueues, coalesces, waits for a result and is told a problem", async () => {
  await using served = serve(bearer(TOKEN));
  const item = `${served.url}/v1/items/reindex/acme`;
  const send = (...args: readonly string[]): Promise<Answer> =>
    curl(...AUTH, ...JSON_TYPE, ...args, `${item}/messages`);

  const suspended = await curl(...AUTH, "-X", "POST", `${item}/suspend`);
  const first = await send("-d", '{"doc":7}');
  const second = await send("-d", '{"doc":8}');
  const resumed = await curl(...AUTH, "-X", "POST", `${item}/resume`);
  const result = await send("-H", "Prefer: wait=10", "-d", '{"doc":9}');
  const problem = await curl("-d", "{}", `${item}/messages`);
  const broken = await send("-d", '{"doc":');

  assertEquals([suspended.status, resumed.status], [204, 204]);
  assertEquals([first.status, first.body.outcome], [202, "queued"]);
  assertMatch(first.headers, /^location: \.\.\/acme\r$/im);
  assertEquals([second.status, second.body.outcome], [202, "coalesced"]);
  assertEquals([result.status, result.body.result], [200, { answered: 1 }]);
  assertEquals(served.seen, [
    'acme: {"doc":7}',
    'acme: {"doc":8}',
    'acme: {"doc":9}',
  ]);
  assertEquals(problem.status, 401);
  assertMatch(
    problem.headers,
    /^content-type: application\/problem\+json\r$/im,
  );
  assertEquals([broken.status, broken.body.code], [400, "WI-HTTP-JSON"]);
});

Deno.test("curl sends the same with an Idempotency-Key, and it is done once", async () => {
  await using served = serve(bearer(TOKEN));
  const args = [...AUTH, ...JSON_TYPE, "-H", "Idempotency-Key: order-7"];
  const url = `${served.url}/v1/items/reindex/acme/messages`;

  const first = await curl(...args, "-d", "7", url);
  const again = await curl(...args, "-d", "7", url);
  const other = await curl(...args, "-d", "8", url);
  await served.scheduler.idle();

  assertEquals([first.status, again.status, other.status], [202, 202, 422]);
  assertEquals(again.body, first.body);
  assertEquals(served.seen, ["acme: 7"]);
});

Deno.test("curl sends lines, and each is answered by itself", async () => {
  await using served = serve(bearer(TOKEN));
  const lines = '{"key":"a","message":1}\n{"key":}\n{"key":"b","message":2}\n';
  const type = ["-H", "Content-Type: application/x-ndjson"];
  const url = `${served.url}/v1/items/reindex/messages`;

  const { status, body } = await curl(
    ...AUTH,
    ...type,
    "--data-binary",
    lines,
    url,
  );
  await served.scheduler.idle();

  assertEquals([status, body.accepted, body.refused], [202, 2, 1]);
  assertEquals(served.seen, ["a: 1", "b: 2"]);
});

/** An event as the SDK makes it. */
function eventOf(doc: number): CloudEvent<{ doc: number }> {
  return new CloudEvent({
    type: "reindex",
    source: "/shop",
    subject: "acme/1",
    data: { doc },
  });
}

/** Sends a message of the SDK by fetch. */
async function post(url: string, message: Message): Promise<number> {
  const headers = {
    ...message.headers as Record<string, string>, // The SDK's are all texts.
    authorization: `Bearer ${TOKEN}`,
  };
  const body = String(message.body);
  const response = await fetch(url, { method: "POST", headers, body });
  await response.body?.cancel();
  return response.status;
}

Deno.test("the SDK of CloudEvents sends to /v1/cloudevents in both modes, and the same event counts once", async () => {
  await using served = serve(bearer(TOKEN));
  const url = `${served.url}/v1/cloudevents`;
  const event = eventOf(7);

  const statuses = [
    await post(url, HTTP.binary(event)),
    await post(url, HTTP.structured(eventOf(8))),
    await post(url, HTTP.binary(event)),
  ];
  await served.scheduler.idle();

  assertEquals(statuses, [202, 202, 202]);
  assertEquals(served.seen, ['acme/1: {"doc":7}', 'acme/1: {"doc":8}']);
});

Deno.test("the SDK of CloudEvents sends to the messages of an item in both modes", async () => {
  await using served = serve(bearer(TOKEN));
  const url = `${served.url}/v1/items/reindex/other/messages`;

  const statuses = [
    await post(url, HTTP.binary(eventOf(7))),
    await post(url, HTTP.structured(eventOf(8))),
  ];
  await served.scheduler.idle();

  assertEquals(statuses, [202, 202]);
  assertEquals(served.seen, ['other: {"doc":7}', 'other: {"doc":8}']);
});

Deno.test("the emitter of the SDK of CloudEvents delivers over its own transport", async () => {
  await using served = serve(bearer(TOKEN));
  const emit: EmitterFunction = emitterFor(
    httpTransport(`${served.url}/v1/cloudevents`),
  );

  await emit(eventOf(7), { headers: { authorization: `Bearer ${TOKEN}` } });
  await served.scheduler.idle();

  assertEquals(served.seen, ['acme/1: {"doc":7}']);
});

Deno.test("curl delivers what the library of Standard Webhooks signed, and nothing that was changed", async () => {
  await using served = serve(webhook({ secrets: SECRET }));
  const url = `${served.url}/v1/items/reindex/acme/messages`;
  const body = '{ "doc": 7 }';
  const at = new Date();
  const deliver = (sent: string): Promise<Answer> =>
    curl(
      ...JSON_TYPE,
      ...["-H", "webhook-id: msg_1"],
      ...["-H", `webhook-timestamp: ${Math.floor(at.getTime() / 1_000)}`],
      ...["-H", `webhook-signature: ${signature}`],
      ...["--data-binary", sent, url],
    );
  const signature = new Webhook(SECRET).sign("msg_1", at, body);

  const changed = await deliver('{ "doc": 8 }');
  const first = await deliver(body);
  const again = await deliver(body);
  await served.scheduler.idle();

  assertEquals([changed.status, first.status, again.status], [401, 202, 202]);
  assertEquals(again.body, first.body);
  assertEquals(served.seen, ['acme: {"doc":7}']);
});
