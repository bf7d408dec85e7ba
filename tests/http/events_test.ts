/** Streams of server-sent events. */
import { assert, assertEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import type { EndpointOptions } from "../../src/http/mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { type Asking, type Stage, stageOf } from "./stage.ts";

/** One event, as a browser would see it. */
interface Seen {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly data: unknown;
}

/** Reads a stream event by event; comments are events without anything. */
class Reader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor({ body }: Response) {
    this.#reader = (body ?? new ReadableStream()).getReader();
  }

  /** The next event; `undefined` at the end. */
  async next(): Promise<Seen | undefined> {
    while (!this.#text.includes("\n\n")) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
    const end = this.#text.indexOf("\n\n");
    const lines = this.#text.slice(0, end).split("\n");
    this.#text = this.#text.slice(end + 2);
    const field = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const data = field("data");
    return {
      id: field("id"),
      name: field("event"),
      data: data === undefined ? undefined : JSON.parse(data),
    };
  }

  /** The names of the next events. */
  async names(count: number): Promise<(string | undefined)[]> {
    const names: (string | undefined)[] = [];
    while (names.length < count) names.push((await this.next())?.name);
    return names;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

function stageWith(options: Partial<EndpointOptions> = {}): Stage & {
  readonly scheduler: Scheduler;
  readonly clock: FakeClock;
  open(query?: string, asking?: Asking): Promise<Reader>;
} {
  const clock = new FakeClock();
  const scheduler = new Scheduler({ onError: () => {} });
  scheduler.define("good", { run: () => {} });
  scheduler.define("bad", {
    run: () => {
      throw Object.assign(new TypeError("secret"), { code: "E_BAD" });
    },
  });
  const stage = stageOf(scheduler, { clock, ...options });
  const open = async (query = "", asking: Asking = {}): Promise<Reader> => {
    const answer = await stage.ask(`GET /v1/events${query}`, asking);
    assertEquals(answer.status, 200);
    return new Reader(answer);
  };
  return { ...stage, scheduler, clock, open };
}

function post(stage: Stage, kind: string, key = "a"): Promise<Response> {
  return stage.ask(`POST /v1/items/${kind}/${key}/messages`);
}

Deno.test("GET /v1/events tells what happens, and of errors only names", async () => {
  await using stage = stageWith();
  const reader = await stage.open();
  const hello = await reader.next();

  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await stage.ask("POST /v1/items/bad/a/messages", {
    headers: { traceparent },
  });
  const events = [
    await reader.next(),
    await reader.next(),
    await reader.next(),
  ];

  assert(/^[0-9a-z]+-0$/.test(hello?.id ?? ""), hello?.id);
  assertEquals(events.map((each) => each?.name), [
    "enqueued",
    "started",
    "ended",
  ]);
  assertEquals(events[0]?.data, {
    kind: "bad",
    key: "a",
    outcome: "queued",
    version: (events[0]?.data as { version: number }).version,
    traceparent,
  });
  const { error } = events[2]?.data as { readonly error: unknown };
  assertEquals(error, { name: "TypeError", code: "E_BAD" });
  await reader.cancel();
});

Deno.test("GET /v1/events goes on behind Last-Event-ID, and misses nothing", async () => {
  await using stage = stageWith();
  const first = await stage.open();
  await first.next();
  await post(stage, "good");
  const enqueued = await first.next();
  await first.cancel();
  await post(stage, "good", "b");

  const headers = { "Last-Event-ID": enqueued?.id ?? "" };
  const second = await stage.open("", { headers });
  const names = await second.names(6);

  assertEquals(names, [
    undefined,
    "started",
    "ended",
    "enqueued",
    "started",
    "ended",
  ]);
  await second.cancel();
});

Deno.test("GET /v1/events says reset when it does not know what came after", async () => {
  await using stage = stageWith();
  const reader = await stage.open();
  const id = (await reader.next())?.id ?? "";
  const cases = ["other-1", "x", id.replace(/0$/, "1"), `${id} `];

  for (const lastId of cases) {
    const headers = { "Last-Event-ID": lastId };
    const again = await stage.open("", { headers });
    const isKnown = lastId.trim() === id; // Headers are trimmed.
    assertEquals((await again.next())?.name, isKnown ? undefined : "reset");
    await again.cancel();
  }

  for (let n = 0; n < 1_100; n++) await post(stage, "good", `k${n}`);
  const headers = { "Last-Event-ID": id };
  const late = await stage.open("", { headers });
  assertEquals((await late.next())?.name, "reset");
  await late.cancel();
  await reader.cancel();
});

Deno.test("GET /v1/events drops who reads too slowly, and holds little for it", async () => {
  await using stage = stageWith();
  const answer = await stage.ask("GET /v1/events");
  const reader = answer.body?.getReader();

  for (let n = 0; n < 2_000; n++) await post(stage, "good", `k${n}`);
  let bytes = 0;
  let chunk = await reader?.read();
  while (chunk?.done === false) {
    bytes += chunk.value.length;
    chunk = await reader?.read();
  }

  assertEquals(chunk?.done, true);
  assert(bytes < 65_536, `${bytes} bytes were held`);
});

Deno.test("GET /v1/events tells of one kind if that is asked, and knows its kinds", async () => {
  await using stage = stageWith();
  const reader = await stage.open("?kind=good");
  await reader.next();

  await post(stage, "bad");
  await post(stage, "good");
  const names = await reader.names(3);
  const unknown = await stage.ask("GET /v1/events?kind=none");
  const empty = await stage.ask("GET /v1/events?kind=");

  assertEquals(names, ["enqueued", "started", "ended"]);
  assertEquals([unknown.status, empty.status], [404, 400]);
  await reader.cancel();
});

Deno.test("GET /v1/events beats each 15 s, and ends after ten minutes", async () => {
  await using stage = stageWith();
  const reader = await stage.open();
  await reader.next();

  for (let beats = 1; beats < 40; beats++) {
    stage.clock.advance(15_000);
    assertEquals((await reader.next())?.id, undefined);
  }
  stage.clock.advance(15_000);

  assertEquals(await reader.next(), undefined);
  assertEquals(stage.clock.timers, 0);
});

Deno.test("GET /v1/events is refused when there are too many, until one ends", async () => {
  await using stage = stageWith({ maxStreams: 2 });
  const first = await stage.open();
  const caller = new AbortController();
  await stage.open("", { signal: caller.signal });

  const third = await stage.ask("GET /v1/events");
  await first.cancel();
  const fourth = await stage.open();
  caller.abort();
  const fifth = await stage.open();

  assertEquals(third.status, 503);
  assertEquals((await third.json()).code, "WI-HTTP-STREAMS");
  await fourth.cancel();
  await fifth.cancel();
});

Deno.test("close() ends streams and leaves no timer", async () => {
  const stage = stageWith();
  const reader = await stage.open();
  await reader.next();

  stage.endpoint.close();

  assertEquals(await reader.next(), undefined);
  assertEquals(stage.clock.timers, 0);
  assertEquals((await stage.ask("GET /v1/events")).status, 503);
  await stage[Symbol.asyncDispose]();
});
