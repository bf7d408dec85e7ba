/** What a client does about servers, networks and proxies that misbehave. */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import { exponential } from "../../src/core/retry.ts";
import {
  AnswerError,
  type Client,
  type ClientOptions,
  connect,
  ProblemError,
  UnreachableError,
} from "../../src/client/mod.ts";
import {
  answeringBytes,
  HastyClock,
  json,
  problem,
  receipt,
  rejection,
  serving,
  Signal,
} from "./stage.ts";

const ACME = { kind: "sync", key: "acme" };
const TOKEN = "t0ken-that-nobody-may-see";

/** A client whose chance is always in the middle. */
function stage(url: string, options: ClientOptions = {}): {
  readonly client: Client;
  readonly clock: HastyClock;
} {
  const clock = new HastyClock();
  const client = connect(url, {
    clock,
    random: () => 0.5,
    token: TOKEN,
    ...options,
  });
  return { client, clock };
}

/** The value of a header in the head of a request. */
function headerOf(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)\r$`, "im").exec(head)?.[1];
}

Deno.test("enqueue() sends the message, the token and a key, and tells the outcome", async () => {
  const seen: string[] = [];
  await serving(async (request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(`${request.method} ${pathname}${search}`);
    seen.push(request.headers.get("authorization") ?? "");
    seen.push(request.headers.get("content-type") ?? "");
    assertMatch(request.headers.get("idempotency-key") ?? "", /^[\w-]{30,}$/);
    seen.push(await request.text());
    return receipt("delayed");
  }, async (url) => {
    const { client } = stage(`${url}/work/`);

    const { outcome, version } = await client.enqueue(
      { kind: "a/b", key: "ä %41?" },
      { doc: 7 },
      { id: "a b", delay: 1.5, reschedule: "latest", maxDelay: 0 },
    );

    assertEquals([outcome, version], ["delayed", "1"]);
    assertEquals(seen, [
      "POST /work/v1/items/a%2Fb/%C3%A4%20%2541%3F/messages" +
      "?id=a+b&delay=2&reschedule=latest&maxDelay=0",
      `Bearer ${TOKEN}`,
      "application/json",
      '{"doc":7}',
    ]);
  });
});

Deno.test("enqueue() without a message has no body, and a date stays one", async () => {
  await serving(async (request) => {
    assertEquals(request.headers.get("content-type"), null);
    assertEquals(await request.text(), "");
    const at = new URL(request.url).searchParams.get("at");
    assertEquals(at, "1970-01-01T00:00:01.000Z");
    return receipt();
  }, async (url) => {
    const { client } = stage(url);

    await client.enqueue(ACME, undefined, { at: new Date(1_000) });
  });
});

Deno.test("enqueue() is tried for half a minute with the same key if the connection drops", async () => {
  await answeringBytes([""], async (url, heads) => {
    const { client, clock } = stage(url);

    const error = await rejection(client.enqueue(ACME, 1));

    assertInstanceOf(error, UnreachableError);
    assertEquals(error.code, "WI-UNREACHABLE");
    assertEquals(error.outcome, "unknown");
    assertInstanceOf(error.cause, Error);
    const growing = [125, 250, 500, 1_000, 2_000];
    assertEquals(clock.pauses, [...growing, ...Array(10).fill(2_500)]);
    assertEquals(clock.limits.size, 0);
    const keys = heads.map((head) => headerOf(head, "idempotency-key"));
    assertEquals(new Set(keys).size, 1);
    assert(keys[0] !== undefined);
    assertEquals(heads.length, 16);
  });
});

Deno.test("each call has a key of its own", async () => {
  const keys = new Set<string | null>();
  await serving((request) => {
    keys.add(request.headers.get("idempotency-key"));
    return receipt();
  }, async (url) => {
    const client = connect(url);

    await client.enqueue(ACME);
    await client.enqueue(ACME);

    assertEquals(keys.size, 2);
  });
});

Deno.test("an endpoint that is not there is unreachable", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { client } = stage(`http://127.0.0.1:${port}`, { retry: [] });

  const error = await rejection(client.inspect(ACME));

  assertInstanceOf(error, UnreachableError);
  assertEquals(error.outcome, "none"); // To look changes nothing.
});

Deno.test("Retry-After is kept to, in seconds and as a date", async () => {
  const answers = [
    problem(503, "WI-CLOSED", {}, { "retry-after": "2" }),
    problem(429, "WI-QUEUE-FULL", {}, {
      "retry-after": "Thu, 01 Jan 1970 00:00:09 GMT",
    }),
    receipt("coalesced"),
  ];
  await serving(() => answers.shift() ?? receipt(), async (url) => {
    const { client, clock } = stage(url);

    const { outcome } = await client.enqueue(ACME);

    assertEquals(outcome, "coalesced");
    assertEquals(clock.pauses, [2_000, 7_000]);
  });
});

Deno.test("a Retry-After of more than 30 s ends the attempts, and is told", async () => {
  let count = 0;
  await serving(() => {
    count++;
    return problem(429, "WI-HTTP-RATE", {}, { "retry-after": "3600" });
  }, async (url) => {
    const { client } = stage(url);

    const error = await rejection(client.enqueue(ACME));

    assertInstanceOf(error, ProblemError);
    assertEquals([error.retryAfter, error.outcome], [3_600_000, "none"]);
    assertEquals(count, 1);
  });
});

Deno.test("a refusal after an attempt without an answer may have happened", async () => {
  const body = '{"type":"t","title":"t","status":422,"code":"WI-HTTP-JSON"}';
  const refusal = "HTTP/1.1 422 No\r\nContent-Type: application/problem+json" +
    `\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  await answeringBytes(["", refusal], async (url) => {
    const { client } = stage(url);

    const error = await rejection(client.enqueue(ACME));

    assertInstanceOf(error, ProblemError);
    assertEquals([error.code, error.outcome], ["WI-HTTP-JSON", "unknown"]);
  });
});

Deno.test("half an answer is none", async () => {
  const half = "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\n" +
    'Content-Length: 100\r\n\r\n{"outcome":';
  await answeringBytes([half], async (url, heads) => {
    const { client } = stage(url);

    const error = await rejection(client.enqueue(ACME));

    assertInstanceOf(error, UnreachableError);
    assertEquals(heads.length, 16);
  });
});

/** Texts, and bytes that are none. */
function bytes(
  ...parts: readonly (string | number)[]
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return new Uint8Array(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...encoder.encode(part)]
    ),
  );
}

const MISFITS: Readonly<Record<string, () => Response>> = {
  "no JSON": () =>
    new Response("{", {
      status: 202,
      headers: { "content-type": "application/json" },
    }),
  "no UTF-8": () =>
    new Response(bytes('{"outcome":"queued","version":"', 255, '"}'), {
      status: 202,
      headers: { "content-type": "application/json" },
    }),
  "another media type": () =>
    new Response('{"outcome":"queued","version":"1"}', { status: 202 }),
  "an unknown word": () => json({ outcome: "done", version: "1" }, 202),
  "no object": () => json(["queued"], 202),
  "a property of another type": () =>
    json({ outcome: "queued", version: 1 }, 202),
  "another success": () => json({ outcome: "queued", version: "1" }, 201),
  "a page of HTML": () => new Response("<h1>Hi</h1>", { status: 404 }),
  "a problem of somebody else": () =>
    json({ title: "Nope" }, 400, {
      "content-type": "application/problem+json",
    }),
  "a problem with a strange code": () => problem(400, "<script>"),
};

for (const [name, answer] of Object.entries(MISFITS)) {
  Deno.test(`an answer with ${name} is an AnswerError, and final`, async () => {
    let count = 0;
    await serving(() => {
      count++;
      return answer();
    }, async (url) => {
      const { client } = stage(url);

      const error = await rejection(client.enqueue(ACME));

      assertInstanceOf(error, AnswerError);
      assertEquals([error.code, error.isRetryable], ["WI-ANSWER", false]);
      assertEquals(count, 1);
    });
  });
}

Deno.test("a redirect is not followed, so that the token stays where it belongs", async () => {
  let strangers = 0;
  await serving(
    () => {
      strangers++;
      return receipt();
    },
    (other) =>
      serving(() => Response.redirect(`${other}/steal`, 307), async (url) => {
        const { client } = stage(url);

        const error = await rejection(client.enqueue(ACME));

        assertInstanceOf(error, AnswerError);
        assertEquals([error.status, strangers], [307, 0]);
      }),
  );
});

Deno.test("an answer without end is cut off at maxBytes", async () => {
  const left = new Signal();
  await serving(() => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
      cancel: () => left.resolve(),
    });
    return new Response(body, {
      headers: { "content-type": "application/json" },
    });
  }, async (url) => {
    const { client } = stage(url, { maxBytes: 50_000 });

    const error = await rejection(client.snapshot());

    assertInstanceOf(error, AnswerError);
    assertMatch(error.message, /more than 50000 bytes/);
    await left.promise;
  });
});

Deno.test("timeout ends an attempt that is not answered", async () => {
  const arrived = new Signal();
  const free = new Signal();
  await serving(async () => {
    arrived.resolve();
    await free.promise;
    return receipt();
  }, async (url) => {
    const { client, clock } = stage(url, { retry: [] });

    const enqueued = rejection(client.enqueue(ACME));
    await arrived.promise;
    clock.expire();
    const error = await enqueued;
    free.resolve();

    assertInstanceOf(error, UnreachableError);
    assertMatch(error.message, /within 30000 ms/);
    assertEquals(clock.limits.size, 0);
  });
});

Deno.test("a signal ends a call, in flight and between attempts", async () => {
  const controller = new AbortController();
  await serving(() => {
    controller.abort(new Error("enough"));
    return problem(503, "WI-CLOSED");
  }, async (url) => {
    const { signal } = controller;
    const { client } = stage(url);

    const error = await rejection(client.enqueue(ACME, 1, { signal }));
    const second = await rejection(client.enqueue(ACME, 1, { signal }));

    assertEquals([error, second], [signal.reason, signal.reason]);
  });
});

Deno.test("502 is a proxy's without a problem, and a run's with one", async () => {
  let count = 0;
  const answers = [
    new Response("Bad gateway", { status: 502 }),
    problem(502, "WI-RUN-FAILED"),
  ];
  await serving(() => {
    count++;
    return answers.shift() ?? receipt();
  }, async (url) => {
    const { client } = stage(url);

    const error = await rejection(client.request(ACME));

    assertInstanceOf(error, ProblemError);
    assertEquals([error.code, error.outcome], ["WI-RUN-FAILED", "unknown"]);
    assertEquals(count, 2);
  });
});

Deno.test("cancel() is not sent again when it may have happened", async () => {
  await answeringBytes([""], async (url, heads) => {
    const { client } = stage(url);

    const error = await rejection(client.cancel(ACME));

    assertInstanceOf(error, UnreachableError);
    assertEquals([error.outcome, heads.length], ["unknown", 1]);
  });
});

Deno.test("cancel() is sent again when it was refused", async () => {
  const answers = [
    problem(503, "WI-HTTP-CAPACITY"),
    json({ owed: true, messages: [1] }),
    json({ owed: false, messages: [] }),
  ];
  await serving(() => answers.shift() ?? receipt(), async (url) => {
    const { client } = stage(url);

    assertEquals(await client.cancel(ACME, { running: true }), [1]);
    assertEquals(await client.cancel(ACME), undefined);
  });
});

Deno.test("a problem is told in full, without what cannot stand in a log", async () => {
  const issues = [{ pointer: "/a~1b/0", detail: "is\n odd" }];
  await serving(() =>
    problem(422, "WI-INVALID-MESSAGE", {
      detail: "It does\u001b[31m not fit",
      errors: issues,
    }), async (url) => {
    const { client } = stage(url);

    const error = await rejection(client.enqueue(ACME));

    assertInstanceOf(error, ProblemError);
    assertEquals(
      error.message,
      'Cannot enqueue "sync/acme": It does [31m not fit (422)',
    );
    assertEquals(error.issues, [{ message: "is  odd", path: ["a/b", "0"] }]);
    assertEquals(error.instance, "urn:workitem:request:1");
    assertEquals([error.status, error.hint], [422, "What to do"]);
    assertEquals([error.isRetryable, error.outcome], [false, "none"]);
  });
});

Deno.test("the token stands in no error and in no view of the client", async () => {
  const answers = [
    problem(401, "WI-HTTP-AUTH"),
    new Response("", { status: 500 }),
  ];
  await serving(() => answers.shift() ?? receipt(), async (url) => {
    const { client } = stage(url);

    const errors = [
      await rejection(client.enqueue(ACME)),
      await rejection(client.snapshot()),
    ];

    const shown = Deno.inspect([client, client.kind("a"), ...errors], {
      depth: 10,
      showHidden: true,
    });
    assertEquals(shown.includes(TOKEN), false);
    assertEquals(JSON.stringify([client, ...errors]).includes(TOKEN), false);
  });
});

Deno.test("a token may be made anew for each attempt; one that is none is not sent", async () => {
  const seen: (string | null)[] = [];
  const tokens = ["first", "second", "no token\n"];
  await serving((request) => {
    seen.push(request.headers.get("authorization"));
    return problem(503, "WI-CLOSED");
  }, async (url) => {
    const { client } = stage(url, {
      token: () => Promise.resolve(tokens.shift() ?? ""),
      retry: exponential({ attempts: 3, min: 1, max: 1 }),
    });

    const error = await rejection(client.enqueue(ACME));

    assertInstanceOf(error, RangeError);
    assertEquals(error.message.includes("no token"), false);
    assertEquals(seen, ["Bearer first", "Bearer second"]);
  });
});

Deno.test("headers and a traceparent are sent, if it is one", async () => {
  const traces = [`00-${"a".repeat(32)}-${"b".repeat(16)}-01`, "mine"];
  const seen: (string | null)[] = [];
  await serving((request) => {
    seen.push(request.headers.get("traceparent"), request.headers.get("x-a"));
    return receipt();
  }, async (url) => {
    const { client } = stage(url, {
      headers: { "X-A": "b", Accept: "text/html" },
      traceparent: () => traces.shift(),
    });

    await client.enqueue(ACME);
    await client.enqueue(ACME);

    assertEquals(seen, [
      `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
      "b",
      null,
      "b",
    ]);
  });
});
