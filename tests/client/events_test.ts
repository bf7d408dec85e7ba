/** Events from afar: what is told, and what connections that break cost. */
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  AnswerError,
  connect,
  type EventOptions,
  ProblemError,
  type RemoteEvent,
  UnreachableError,
} from "../../src/client/mod.ts";
import { EventLines } from "../../src/client/event_lines.ts";
import { HastyClock, problem, rejection, serving, Signal } from "./stage.ts";

/** A stream of these pieces, which ends unless `isOpen`. */
function stream(pieces: readonly string[], isOpen = false): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller): void {
      for (const piece of pieces) {
        controller.enqueue(new TextEncoder().encode(piece));
      }
      if (!isOpen) controller.close();
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream" },
  });
}

function told(key: string, id = ""): string {
  const data = { kind: "sync", key, outcome: "queued", version: 1 };
  const head = id === "" ? "" : `id: ${id}\n`;
  return `${head}event: enqueued\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The first so many events, as words. */
async function take(
  url: string,
  count: number,
  options: EventOptions = {},
  clock = new HastyClock(),
): Promise<string[]> {
  const client = connect(url, { clock, random: () => 0.5 });
  const words: string[] = [];
  for await (const event of client.events(options)) {
    words.push(wordOf(event));
    if (words.length === count) break;
  }
  assertEquals(clock.limits.size, 0);
  return words;
}

function wordOf(event: RemoteEvent): string {
  return event.type === "enqueued"
    ? `${event.data.key} ${event.data.outcome}`
    : event.type;
}

Deno.test("events() tells what happens, and knows how to go on", async () => {
  const asked: (string | null)[] = [];
  await serving((request) => {
    asked.push(new URL(request.url).search);
    asked.push(request.headers.get("last-event-id"));
    return asked.length === 2
      ? stream(["retry: 100\nid: e-0\n\n", told("a", "e-1"), ": hi\n\n"])
      : stream([told("b", "e-2")]);
  }, async (url) => {
    const clock = new HastyClock();
    let opened = 0;
    const onOpen = (): void => void opened++;

    const words = await take(url, 2, { kind: "a b", onOpen }, clock);

    assertEquals(words, ["a queued", "b queued"]);
    assertEquals(asked, ["?kind=a+b", null, "?kind=a+b", "e-1"]);
    assertEquals(clock.pauses, [50]);
    assertEquals(opened, 2);
  });
});

Deno.test("events() does not come back at once, even if it is told so", async () => {
  let count = 0;
  await serving(
    () => stream([`retry: 0\n\n`, told("a", `e-${++count}`)]),
    async (url) => {
      const clock = new HastyClock();

      await take(url, 2, {}, clock);

      assertEquals(clock.pauses, [25]); // Half of the least, as chance has it.
    },
  );
});

Deno.test("events() tells a reset, the endpoint's and its own", async () => {
  let count = 0;
  await serving(
    () =>
      ++count === 1
        ? stream([told("a")]) // Without an id: nobody can go on from there.
        : stream(["event: reset\ndata: {}\n\n", told("b", "e-9")]),
    async (url) => {
      const words = await take(url, 4);

      assertEquals(words, ["a queued", "reset", "reset", "b queued"]);
    },
  );
});

Deno.test("events() comes back for ever, more slowly each time", async () => {
  let count = 0;
  await serving(() => {
    count++;
    if (count === 1) return stream([told("a", "e-1")]);
    if (count === 8) return stream([told("b", "e-2")]);
    const headers = { "retry-after": count === 7 ? "17" : "0" };
    return problem(503, "WI-HTTP-STREAMS", {}, headers);
  }, async (url) => {
    const clock = new HastyClock();

    const words = await take(url, 2, {}, clock);

    assertEquals(words, ["a queued", "b queued"]);
    const pauses = [1_000, 1_000, 2_000, 4_000, 8_000, 15_000, 17_000];
    assertEquals(clock.pauses, pauses);
  });
});

Deno.test("events() gives up at once if the endpoint refuses", async () => {
  await serving(() => problem(403, "WI-HTTP-FORBIDDEN"), async (url) => {
    const error = await rejection(take(url, 1));

    assertInstanceOf(error, ProblemError);
  });
});

Deno.test("events() gives up if the first connection fails as often as retry allows", async () => {
  let count = 0;
  await serving(() => {
    count++;
    return problem(503, "WI-HTTP-STREAMS");
  }, async (url) => {
    const error = await rejection(take(url, 1));

    assertInstanceOf(error, ProblemError);
    assertEquals(count, 16);
  });
});

const MISFITS: Readonly<Record<string, () => Response>> = {
  "is not JSON": () => stream(["event: paused\ndata: {\n\n"]),
  "lacks a property": () => stream(["event: paused\ndata: {}\n\n"]),
  "has no end": () => stream([`data: ${"x".repeat(70_000)}`]),
  "has too many lines": () =>
    stream(Array(3).fill(`data: ${"x".repeat(40_000)}\n`)),
  "is no text": () =>
    new Response(new Uint8Array([0x64, 0xff, 0x0a]), {
      headers: { "content-type": "text/event-stream" },
    }),
};

for (const [name, answer] of Object.entries(MISFITS)) {
  Deno.test(`an event that ${name} is an AnswerError, and final`, async () => {
    let count = 0;
    await serving(() => {
      count++;
      return answer();
    }, async (url) => {
      const error = await rejection(take(url, 1));

      assertInstanceOf(error, AnswerError);
      assertEquals(count, 1);
    });
  });
}

Deno.test("an answer that is no stream is an AnswerError", async () => {
  await serving(() => new Response("hi"), async (url) => {
    assertInstanceOf(await rejection(take(url, 1)), AnswerError);
  });
});

Deno.test("events() passes over events that it does not know", async () => {
  const pieces = ["event: dreamt\ndata: x\n\n", "data: y\n\n", told("a")];
  await serving(() => stream(pieces), async (url) => {
    assertEquals(await take(url, 1), ["a queued"]);
  });
});

Deno.test("events() ends with its signal", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await serving(() => stream([told("a", "e-1")], true), async (url) => {
    const clock = new HastyClock();
    const events = connect(url, { clock }).events({ signal });

    await events.next();
    const next = rejection(events.next());
    controller.abort();

    assertEquals(await next, signal.reason);
    assertEquals(clock.limits.size, 0);
  });
});

Deno.test("a connection that is silent for 45 s is made again", async () => {
  let count = 0;
  await serving(() => {
    count++;
    return stream([told("a", `e-${count}`)], count === 1);
  }, async (url) => {
    const clock = new HastyClock();
    const events = connect(url, { clock }).events();

    await events.next();
    const next = events.next();
    clock.expire(44_999);
    assertEquals(clock.limits.size, 1);
    clock.expire(45_000);
    await next;
    await events.return();

    assertEquals(count, 2);
    assertEquals(clock.limits.size, 0);
  });
});

Deno.test("observe() tells an observer, survives it, and reports the end", async () => {
  const done = new Signal();
  const seen: unknown[] = [];
  const answers = [
    (): Response => problem(503, "WI-CLOSED"),
    (): Response => problem(503, "WI-CLOSED"),
    (): Response => problem(503, "WI-CLOSED"),
    (): Response => problem(503, "WI-CLOSED"),
    (): Response => problem(503, "WI-CLOSED"), // More than events() would try.
    (): Response =>
      stream([
        told("a", "e-1"),
        'event: paused\ndata: {"paused":true}\n\n',
        "event: reset\ndata: {}\n\n",
      ]),
    (): Response => problem(401, "WI-HTTP-AUTH"),
  ];
  await serving(() => answers.shift()?.() ?? stream([]), async (url) => {
    const client = connect(url, {
      clock: new HastyClock(),
      random: () => 0.5, // No pause is as long as a limit.
      onError: (error) => {
        seen.push(error instanceof ProblemError ? error.code : "oops");
        if (error instanceof ProblemError) done.resolve();
      },
    });

    const stop = client.observe({
      enqueued: ({ key }) => {
        seen.push(key);
        throw new RangeError("oops");
      },
      paused: ({ paused }) => void seen.push(paused),
    }, { onReset: () => void seen.push("reset") });
    await done.promise;
    stop();

    assertEquals(seen, ["a", "oops", true, "reset", "WI-HTTP-AUTH"]);
  });
});

Deno.test("observe() is stopped, by what it returned and by its signal", async () => {
  const left = [new Signal(), new Signal()];
  let count = 0;
  await serving((request) => {
    const signal = left[count++];
    request.signal.addEventListener("abort", () => signal?.resolve());
    return stream([told("a")], true);
  }, async (url) => {
    const clock = new HastyClock();
    const client = connect(url, {
      clock,
      onError: (error) => Promise.reject(error),
    });
    const controller = new AbortController();
    const seen = [new Signal(), new Signal()];

    const stop = client.observe({ enqueued: () => seen[0]?.resolve() });
    await seen[0]?.promise;
    client.observe(
      { enqueued: () => seen[1]?.resolve() },
      { signal: controller.signal },
    );
    await seen[1]?.promise;
    stop();
    controller.abort();

    await Promise.all(left.map(({ promise }) => promise));
    assertEquals(clock.limits.size, 0);
  });
});

Deno.test("an endpoint that is not there is told at once, as unreachable", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();

  const error = await rejection(
    take(`http://127.0.0.1:${listener.addr.port}`, 1),
  );

  assertInstanceOf(error, UnreachableError);
  assertMatch(
    error.message,
    /^Cannot watch events as http:.* cannot be reached$/,
  );
});

Deno.test("EventLines reads the same events wherever the bytes are cut", () => {
  const text = ': c\r\nid: e-1\r\nevent: a\r\ndata: "ä"\r\ndata:b\r\n\r\n' +
    "retry: 5\rdata\r\rid: e-2\nid: \u0000\n\ndata: x";
  const bytes = new TextEncoder().encode(text);

  for (let cut = 0; cut <= bytes.length; cut++) {
    for (const second of [cut, Math.min(cut + 1, bytes.length)]) {
      const lines = new EventLines();

      const frames = [
        bytes.subarray(0, cut),
        bytes.subarray(cut, second),
        bytes.subarray(second),
      ].flatMap((piece) => [...lines.feed(piece)]);

      assertEquals(frames, [
        { event: "a", data: '"ä"\nb' },
        { event: "", data: "" },
      ]);
      assertEquals([lines.lastId, lines.retryMs], ["e-2", 5]);
    }
  }
});
