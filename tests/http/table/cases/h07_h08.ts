/**
 * H7: how many bytes. H8: how long they may take, and in which coding.
 *
 * @module
 */
import type { Case, Draft, Expectation } from "../case.ts";
import { ENQUEUE } from "../draft.ts";
import type { SiteName } from "../sites.ts";
import { ACCEPTED, accepts, plays, refused, refuses, steps } from "./make.ts";

const MAX = 262_144;
const TOO_LARGE = refused(413, "WI-HTTP-TOO-LARGE");
const BATCH = "/v1/items/record/messages";

/** A text in JSON that is so many bytes long. */
function textOf(bytes: number): string {
  return `"${"a".repeat(bytes - 2)}"`;
}

function size(
  name: string,
  { send, by = TOO_LARGE, site }: {
    readonly send: Draft;
    readonly by?: Expectation;
    readonly site?: SiteName;
  },
): Case {
  return refuses("H7", name, { send, by, site });
}

function fits(name: string, send: Draft, message: unknown): Case {
  return accepts("H7", name, {
    only: "memory",
    send,
    tells: [{ messages: [message] }],
  });
}

/** The endpoint takes it, its store does not. */
function tooMuch(name: string, send: Draft): Case {
  return refuses("H7", name, {
    only: "durable",
    send,
    by: refused(413, "WI-PAYLOAD-SIZE"),
  });
}

/** Within the head of a request that the host refuses, or the endpoint. */
function framing(name: string, headers: string, body: string = "{}"): Case {
  return refuses("H7", name, {
    send: {
      raw: `POST ${ENQUEUE} HTTP/1.1\r\nHost: 127.0.0.1:%P\r\n` +
        "Authorization: Bearer alice-0123456789abcdef\r\n" +
        `Content-Type: application/json\r\n${headers}\r\n\r\n${body}`,
    },
    by: refused([400, 411, 413, 501], undefined, { byHost: true }),
  });
}

const SMUGGLED = "POST /v1/items/record/smuggled-%M/messages HTTP/1.1\r\n" +
  "Host: 127.0.0.1\r\nAuthorization: Bearer alice-0123456789abcdef\r\n" +
  "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

/** What is refused unread is never taken for a further request. */
function smuggles(
  name: string,
  { send, by }: { readonly send: Draft; readonly by: Expectation },
): Case {
  return plays("H7", name, {
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({ ...send, keepAlive: true }));
      scene.expect(await wire.answer("POST"), by);
      wire.write(scene.bytesOf({
        method: "GET",
        target: "/healthz",
        body: null,
      }));
      try {
        const next = await wire.answer("GET");
        scene.expect(next, { status: 200, like: { status: "ok" } });
      } catch { // It was closed, which is as well.
        scene.ensure(wire.isClosed, "it was neither answered nor closed");
      }
    },
  });
}

export const H7: readonly Case[] = [
  fits("as much as there may be", { body: textOf(MAX) }, "a".repeat(MAX - 2)),
  fits("as much as there may be, in chunks", {
    body: textOf(MAX),
    framing: "chunked",
  }, "a".repeat(MAX - 2)),
  fits(
    "more than a host reads at once",
    { body: textOf(70_000) },
    "a".repeat(
      69_998,
    ),
  ),
  tooMuch("more than the store takes", { body: textOf(66_000) }),
  tooMuch("more than the store takes, in chunks", {
    body: textOf(66_000),
    framing: "chunked",
  }),
  accepts("H7", "all that the store takes", {
    send: { body: textOf(60_000) },
    tells: [{ messages: ["a".repeat(59_998)] }],
  }),
  size("one byte more", { send: { body: textOf(MAX + 1) } }),
  size("one byte more, in chunks", {
    send: { body: textOf(MAX + 1), framing: "chunked" },
  }),
  size("far more, in chunks", {
    send: { body: textOf(4 * MAX), framing: "chunked" },
  }),
  size("only said to be one byte more", {
    send: { framing: String(MAX + 1), body: "" },
  }),
  size("only said to be a gigabyte", {
    send: { framing: "1073741824", body: "" },
  }),
  size("only said to be all there is", {
    send: { framing: "9007199254740991", body: "" },
    by: refused([413, 400], undefined, { byHost: true }),
  }),
  size("a smaller limit", { site: "small", send: { body: textOf(65) } }),
  size("a smaller limit, in chunks", {
    site: "small",
    send: { body: textOf(65), framing: "chunked" },
  }),
  accepts("H7", "all of a smaller limit", {
    site: "small",
    send: { body: textOf(64) },
    tells: [{ messages: ["a".repeat(62)] }],
  }),
  size("a batch has a limit of its own", {
    site: "small",
    send: { target: BATCH, body: `[{"key":"%M","message":${textOf(250)}}]` },
  }),
  size("a CloudEvent has the limit of one", {
    site: "small",
    send: {
      target: "/v1/cloudevents",
      headers: { "Content-Type": "application/cloudevents+json" },
      body: JSON.stringify({
        specversion: "1.0",
        id: "1",
        source: "/t",
        type: "record",
        subject: "%M",
        data: "a".repeat(300),
      }),
    },
  }),
  size("routes without a body take none that is big", {
    send: {
      target: "/v1/items/record/%M/suspend",
      framing: String(MAX + 1),
      body: "",
    },
    by: refused([413, 415, 400]),
  }),
  framing("two lengths", "Content-Length: 2\r\nContent-Length: 3"),
  framing("two lengths in one", "Content-Length: 2, 3"),
  framing("a negative length", "Content-Length: -2"),
  framing("a length with a sign", "Content-Length: +2"),
  framing("a length as hexadecimal", "Content-Length: 0x2"),
  framing("a length with a fraction", "Content-Length: 2.0"),
  framing("an empty length", "Content-Length:"),
  framing(
    "a length and chunks",
    "Content-Length: 2\r\nTransfer-Encoding: chunked",
    "0\r\n\r\n",
  ),
  framing("a coding that nobody knows", "Transfer-Encoding: gzip"),
  framing(
    "a chunk without a size",
    "Transfer-Encoding: chunked",
    "zz\r\n{}\r\n0\r\n\r\n",
  ),
  framing(
    "a chunk of a negative size",
    "Transfer-Encoding: chunked",
    "-2\r\n{}\r\n0\r\n\r\n",
  ),
  framing(
    "a chunk that is longer than it says",
    "Transfer-Encoding: chunked",
    "1\r\n{}\r\n0\r\n\r\n",
  ),
  framing("a space before the colon", "Content-Length : 2"),
  framing("a folded header", "Content-Length: 2\r\nX-A: a\r\n b"),
  smuggles("a request in a body that is refused for its sender", {
    send: { headers: { Authorization: undefined }, body: SMUGGLED },
    by: refused(401),
  }),
  smuggles("a request in a body that is refused for its type", {
    send: { headers: { "Content-Type": "text/plain" }, body: SMUGGLED },
    by: refused(415),
  }),
  smuggles("a request in a body that is refused for its size", {
    send: { body: SMUGGLED.repeat(2_000) },
    by: TOO_LARGE,
  }),
  smuggles("a request in a body that is refused for its size, in chunks", {
    send: { body: SMUGGLED.repeat(2_000), framing: "chunked" },
    by: TOO_LARGE,
  }),
  smuggles("a request in a body for an unknown path", {
    send: { target: "/v1/nothing", body: SMUGGLED },
    by: refused(404),
  }),
  smuggles("a request in a body for a wrong method", {
    send: { target: "/v1/stats", body: SMUGGLED },
    by: refused(405),
  }),
  smuggles("a request in a body that nobody wants", {
    send: { target: "/v1/items/record/%M/suspend", body: SMUGGLED },
    by: { status: [204, 400, 413, 415] },
  }),
  plays("H7", "a body that is shorter than it says is not run", {
    site: "hasty",
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({ body: '{"doc":"%M"', framing: "40" }));
      wire.half();
      try {
        const answer = await wire.answer("POST");
        scene.expect(answer, refused([400, 408], undefined, { byHost: true }));
      } catch { // Nobody is there any more to be answered.
        scene.ensure(wire.isClosed, "it was neither answered nor closed");
      }
    },
  }),
  plays("H7", "a body that is longer than it says is two requests", {
    tells: [{ messages: [12] }],
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({
        body: "1234\r\n\r\n",
        framing: "2",
        keepAlive: true,
      }));
      const first = await wire.answer("POST");
      scene.expect(first, { ...ACCEPTED, byHost: true }); // It saw "34" first.
      if (first.status === 202) {
        const next = await wire.answer("POST");
        scene.ensure(next.status === 400, `the rest was ${next.status}`);
      }
      await wire.closed();
    },
  }),
];

const LATE = refused(408, "WI-HTTP-TIMEOUT", { closes: true });

function coded(name: string, coding: string | readonly string[]): Case {
  return refuses("H8", name, {
    send: { headers: { "Content-Encoding": coding } },
    by: refused(415),
  });
}

/** Sends what is there and no more. */
function stops(name: string, send: Draft): Case {
  return steps("H8", name, { site: "hasty", list: [[send, LATE]] });
}

/** Sends a byte every now and then, until it is answered. */
function drips(
  name: string,
  { site, everyMs, piece, framing }: {
    readonly site: SiteName;
    readonly everyMs: number;
    readonly piece: string;
    readonly framing: string;
  },
): Case {
  return plays("H8", name, {
    site,
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({
        headers: framing === "chunked"
          ? { "Transfer-Encoding": "chunked" }
          : { "Content-Length": framing },
        framing: "none",
        body: "",
        keepAlive: true,
      }));
      const timer = setInterval(() => wire.write(piece), everyMs);
      try {
        const answer = await wire.answer("POST");
        scene.expect(answer, LATE);
        await scene.ended(wire, answer);
      } finally {
        clearInterval(timer);
      }
    },
  });
}

export const H8: readonly Case[] = [
  coded("gzip", "gzip"),
  coded("x-gzip", "x-gzip"),
  coded("deflate", "deflate"),
  coded("br", "br"),
  coded("zstd", "zstd"),
  coded("GZIP", "GZIP"),
  coded("identity, then gzip", "identity, gzip"),
  coded("gzip twice", ["gzip", "gzip"]),
  coded("one that nobody knows", "m4rk3r"),
  accepts("H8", "identity is none", {
    send: { headers: { "Content-Encoding": "identity" } },
  }),
  accepts("H8", "Identity is none", {
    send: { headers: { "Content-Encoding": "Identity" } },
  }),
  stops("a body of which nothing comes", {
    body: "",
    framing: "40",
    keepAlive: true,
  }),
  stops("a body of which half comes", {
    body: '{"doc":',
    framing: "40",
    keepAlive: true,
  }),
  stops("a body of which all but a byte comes", {
    body: '{"doc":"%M"',
    framing: "23",
    keepAlive: true,
  }),
  stops("a body in chunks of which nothing comes", {
    headers: { "Transfer-Encoding": "chunked" },
    framing: "none",
    body: "",
    keepAlive: true,
  }),
  stops("a body in chunks without its end", {
    headers: { "Transfer-Encoding": "chunked" },
    framing: "none",
    body: "2\r\n{}\r\n",
    keepAlive: true,
  }),
  stops("a big body of which half comes", {
    body: "[",
    framing: "200000",
    keepAlive: true,
  }),
  stops("a batch of which half comes", {
    target: BATCH,
    body: '[{"key":"%M"}',
    framing: "40",
    keepAlive: true,
  }),
  stops("a CloudEvent of which half comes", {
    target: "/v1/cloudevents",
    headers: { "Content-Type": "application/cloudevents+json" },
    body: '{"specversion":"1.0",',
    framing: "100",
    keepAlive: true,
  }),
  drips("a byte now and then is late at the deadline", {
    site: "hasty",
    everyMs: 20,
    piece: " ",
    framing: "200",
  }),
  drips("a chunk now and then is late at the deadline", {
    site: "hasty",
    everyMs: 20,
    piece: "1\r\n \r\n",
    framing: "chunked",
  }),
  drips("a byte now and then is too slow long before the deadline", {
    site: "dripping",
    everyMs: 50,
    piece: " ",
    framing: "200000",
  }),
  drips("a byte now and then of a small body is too slow", {
    site: "dripping",
    everyMs: 50,
    piece: " ",
    framing: "300",
  }),
  drips("a chunk now and then is too slow long before the deadline", {
    site: "dripping",
    everyMs: 50,
    piece: "1\r\n \r\n",
    framing: "chunked",
  }),
];
