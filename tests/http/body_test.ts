/** Bodies under limits of bytes and of time (H7, H8). */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type BodyLimits, readBody, tickOf } from "../../src/http/body.ts";
import { Deadlines } from "../../src/http/deadlines.ts";
import { Problem } from "../../src/http/problem.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";

const SECONDS = 1_000;

interface Setting {
  readonly clock: FakeClock;
  readonly limits: BodyLimits;
}

function setting(limits: Partial<BodyLimits> = {}): Setting {
  const clock = new FakeClock();
  const timeoutMs = limits.timeoutMs ?? 10 * SECONDS;
  const deadlines = new Deadlines({ clock, afterMs: tickOf(timeoutMs) });
  return {
    clock,
    limits: {
      maxBytes: 1_000,
      timeoutMs,
      minRate: 100,
      deadlines,
      clock,
      ...limits,
    },
  };
}

/** A body that a test sends piece by piece. */
class Sender {
  readonly stream: ReadableStream<Uint8Array>;
  isCancelled = false;
  pulls = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.pulls++;
      },
      cancel: () => {
        this.isCancelled = true;
      },
    });
  }

  send(length: number): void {
    this.#controller?.enqueue(new Uint8Array(length).fill(120));
  }

  end(): void {
    this.#controller?.close();
  }

  fail(): void {
    this.#controller?.error(new Error("gone"));
  }
}

function requestOf(
  body: BodyInit | null,
  contentLength?: number | string,
): Request {
  const headers = new Headers();
  if (contentLength !== undefined) {
    headers.set("content-length", String(contentLength));
  }
  return new Request("http://host/", { method: "POST", body, headers });
}

/** All microtasks, and what streams do in between. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

async function refusal(reading: Promise<unknown>): Promise<Problem> {
  const problem = await assertRejects(() => reading, Problem);
  assertEquals(problem.headers, { Connection: "close" });
  return problem;
}

async function codeOf(reading: Promise<unknown>): Promise<string> {
  const { status, code } = await refusal(reading);
  return `${status} ${code}`;
}

Deno.test("readBody() is what was sent, with and without a length", async () => {
  const { limits, clock } = setting({ maxBytes: 200_000 });
  const sizes = [0, 1, 4_095, 4_096, 4_097, 8_192, 8_193, 200_000];

  for (const size of sizes) {
    const sent = Uint8Array.from({ length: size }, (_, at) => at % 251);
    const known = await readBody(requestOf(sent, size), limits);
    const unknown = await readBody(requestOf(sent), limits);
    assertEquals(known, sent, `${size} known`);
    assertEquals(unknown, sent, `${size} unknown`);
  }
  assertEquals((await readBody(requestOf(null), limits)).length, 0);
  assertEquals(limits.deadlines.size, 0);
  limits.deadlines.close();
  assertEquals(clock.timers, 0);
});

Deno.test("readBody() puts many small chunks into one body", async () => {
  const { limits } = setting({ maxBytes: 10_000 });
  const sender = new Sender();
  for (let n = 0; n < 10_000; n++) sender.send(1);
  sender.end();

  const body = await readBody(requestOf(sender.stream), limits);

  assertEquals(body.length, 10_000);
  assert(body.every((byte) => byte === 120));
});

Deno.test("readBody() refuses a length that is too large without reading", async () => {
  const { limits } = setting();
  const sender = new Sender();
  await settle();
  const pulled = sender.pulls;

  assertEquals(
    await codeOf(readBody(requestOf(sender.stream, 1_001), limits)),
    "413 WI-HTTP-TOO-LARGE",
  );

  await settle();
  assertEquals(sender.pulls, pulled);
  assertEquals(limits.deadlines.size, 0);
});

Deno.test("readBody() stops reading at the byte beyond the limit", async () => {
  const { limits } = setting();
  const endless = new Sender();
  const reading = codeOf(readBody(requestOf(endless.stream), limits));
  endless.send(1_000);
  await settle();
  endless.send(1);

  assertEquals(await reading, "413 WI-HTTP-TOO-LARGE");
  await settle();
  assert(endless.isCancelled);
  assertEquals(limits.deadlines.size, 0);
});

Deno.test("readBody() counts what came, not what the length says", async () => {
  const { limits } = setting({ maxBytes: 100_000 });
  const cases:
    readonly (readonly [said: number, sent: number, code: string])[] = [
      [10, 9, "400 WI-HTTP-BODY"],
      [10, 11, "400 WI-HTTP-BODY"],
      [10, 100_001, "413 WI-HTTP-TOO-LARGE"],
      [70_000, 69_999, "400 WI-HTTP-BODY"],
      [70_000, 70_001, "400 WI-HTTP-BODY"],
      [70_000, 100_001, "413 WI-HTTP-TOO-LARGE"],
    ];

  for (const [said, sent, code] of cases) {
    const request = requestOf(new Uint8Array(sent), said);
    assertEquals(await codeOf(readBody(request, limits)), code, `${said}`);
  }
  for (const said of ["", "-1", "1e2", "1, 1", "0x1", " ", "9".repeat(16)]) {
    const request = requestOf("x", said);
    assertEquals(await codeOf(readBody(request, limits)), "400 WI-HTTP-BODY");
  }
  const none = readBody(requestOf(null, 70_000), limits);
  assertEquals(await codeOf(none), "400 WI-HTTP-BODY");
});

for (const length of [undefined, 900, 70_000]) {
  Deno.test(`readBody() ends a body of length ${length} at its deadline`, async () => {
    const { limits, clock } = setting({ maxBytes: 100_000, minRate: 0 });
    const sender = new Sender();
    let isDone = false;
    const reading = codeOf(readBody(requestOf(sender.stream, length), limits))
      .finally(() => isDone = true);

    for (let second = 0; second < 9; second++) {
      clock.advance(SECONDS);
      sender.send(1);
      await settle();
    }
    assert(!isDone);
    clock.advance(SECONDS);

    assertEquals(await reading, "408 WI-HTTP-TIMEOUT");
    assertEquals(limits.deadlines.size, 0);
    assertEquals(clock.timers, 0);
    await settle();
    assert(sender.isCancelled || length === 900, "it reads on");
  });
}

Deno.test("readBody() ends a body that drips, as soon as its rate is known", async () => {
  const { limits, clock } = setting();
  const slow = new Sender();
  const steady = new Sender();
  const dripping = codeOf(readBody(requestOf(slow.stream), limits));
  const flowing = readBody(requestOf(steady.stream), limits);
  for (let second = 0; second < 2; second++) {
    slow.send(99);
    steady.send(100);
    await settle();
    clock.advance(SECONDS);
  }

  assertEquals(await dripping, "408 WI-HTTP-TIMEOUT");
  steady.end();
  assertEquals((await flowing).length, 200);
});

Deno.test("readBody() does not take a hiccup for a low rate", async () => {
  const { limits, clock } = setting();
  const sender = new Sender();
  const reading = readBody(requestOf(sender.stream), limits);

  clock.advance(1_999);
  sender.send(1);
  await settle();
  sender.send(300);
  await settle();
  clock.advance(1_001);
  sender.end();

  assertEquals((await reading).length, 301);
});

Deno.test("readBody() ends a short body that does not come after two seconds", async () => {
  const { limits, clock } = setting();
  const sender = new Sender();
  const reading = codeOf(readBody(requestOf(sender.stream, 199), limits));

  clock.advance(1_999);
  await settle();
  assertEquals(limits.deadlines.size, 1);
  clock.advance(1);

  assertEquals(await reading, "408 WI-HTTP-TIMEOUT");
});

Deno.test("readBody() ends a flood of empty chunks that starves timers", async () => {
  const { limits } = setting();
  const clock = new FakeClock();
  const flood = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      clock.advance(1); // Each chunk takes a while, and no timer is looked at.
      controller.enqueue(new Uint8Array(0));
    },
  });

  const reading = readBody(requestOf(flood), { ...limits, clock });

  assertEquals(await codeOf(reading), "408 WI-HTTP-TIMEOUT");
});

for (const length of [undefined, 900, 70_000]) {
  Deno.test(`readBody() tells that a body of length ${length} broke off`, async () => {
    const { limits } = setting({ maxBytes: 100_000 });
    const sender = new Sender();
    const reading = codeOf(readBody(requestOf(sender.stream, length), limits));
    sender.send(10);
    await settle();
    sender.fail();

    assertEquals(await reading, "400 WI-HTTP-BODY");
    assertEquals(limits.deadlines.size, 0);
  });
}

Deno.test("readBody() refuses chunks that are not bytes", async () => {
  const { limits } = setting();
  const texts = new ReadableStream({
    start: (controller) => {
      controller.enqueue("text");
      controller.close();
    },
  });

  assertEquals(
    await codeOf(readBody(requestOf(texts), limits)),
    "400 WI-HTTP-BODY",
  );
});

Deno.test("readBody() blames nobody afar for a body that was read before", async () => {
  const { limits } = setting();
  const request = requestOf("x", 1);
  await request.text();

  await assertRejects(() => readBody(request, limits), TypeError, "as it has");
});

Deno.test("tickOf() divides the time into equal parts of two seconds at most", () => {
  assertEquals([10_000, 500, 2_000, 2_001, 5_000, 0].map(tickOf), [
    2_000,
    500,
    2_000,
    1_000.5,
    5_000 / 3,
    0,
  ]);
});

Deno.test("Deadlines need one timer for any number, and none afterwards", () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines({ clock, afterMs: 100 });
  const late: number[] = [];
  const started = Array.from(
    { length: 50 },
    (_, n) => {
      const deadline = deadlines.start(() => late.push(n));
      clock.advance(1);
      return deadline;
    },
  );
  assertEquals(clock.timers, 1);

  const [first, second] = started;
  if (first && second) {
    deadlines.stop(first);
    deadlines.stop(second);
    deadlines.stop(second);
  }
  clock.advance(51);
  assertEquals(late, []);
  clock.advance(1);
  assertEquals(late, [2]);
  clock.advance(1_000);

  assertEquals(late, Array.from({ length: 48 }, (_, n) => n + 2));
  assertEquals(clock.timers, 0);
  assertEquals(deadlines.size, 0);
});

Deno.test("Deadlines.close() leaves no timer, but keeps what is started", () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines({ clock, afterMs: 100 });
  const stopped = deadlines.start(() => {});
  deadlines.stop(stopped);
  assertEquals(clock.timers, 1);

  deadlines.close();
  assertEquals(clock.timers, 0);
  let calls = 0;
  const other = deadlines.start(() => calls++);
  deadlines.start(() => calls++);
  deadlines.stop(other);
  clock.advance(100);

  assertEquals(calls, 1);
  assertEquals(clock.timers, 0);
  deadlines.stop(deadlines.start(() => calls++));
  assertEquals(clock.timers, 0);
});
