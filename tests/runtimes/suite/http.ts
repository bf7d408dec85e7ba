/**
 * The endpoint and its client, without a socket: what the host's own `Request`,
 * `Response`, streams and cryptography make of them.
 *
 * @module
 */
import { type Case, equal, type Host } from "./expect.ts";

const TOKEN = "a-token-of-the-suite";
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** The cases of this file. */
export const cases: readonly Case[] = [
  ["the endpoint enqueues for a bearer, and for nobody else", async (host) => {
    const { fetch, close } = open(host, host.http.bearer(TOKEN));
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(message({ headers, body: "1" }));

    const refused = await post({});
    const accepted = await post({ authorization: `Bearer ${TOKEN}` });

    equal(refused.status, 401);
    equal(refused.headers.get("content-type"), "application/problem+json");
    equal(accepted.status, 202);
    equal((await accepted.json()).outcome, "queued");
    await close();
  }],

  ["the endpoint takes a signed message once", async (host) => {
    const { sign, webhook } = host.http;
    const { fetch, close, runs } = open(host, webhook({ secrets: SECRET }));
    const timestamp = Math.floor(Date.now() / 1_000);
    const signed = { secret: SECRET, id: "msg_1", timestamp, body: "7" };
    const headers = await sign(signed);
    const post = (body: string): Promise<Response> =>
      fetch(message({ headers, body }));

    equal((await post("8")).status, 401);
    equal((await post("7")).status, 202);
    equal((await post("7")).status, 202);
    await close();

    equal(runs, [[7]]);
  }],

  [
    "the endpoint cuts a body that is too large, whatever it says",
    async (host) => {
      const { fetch, close } = open(host, host.http.bearer(TOKEN));
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      });
      const headers = { authorization: `Bearer ${TOKEN}` };

      const answer = await fetch(message({ headers, body }));

      equal(answer.status, 413);
      await close();
    },
  ],

  ["the client enqueues, waits and is refused", async (host) => {
    const { fetch, close } = open(host, host.http.bearer(TOKEN));
    const { connect, ProblemError } = host.client;
    const note = connect("http://localhost", {
      token: TOKEN,
      fetch: (to, init) => fetch(new Request(to, init)),
    }).kind("note");

    equal(await note.enqueue("a", 1), "queued");
    equal(await note.request("b", 2), "b: 2");
    const error = await note.request("c", "no number").catch((it) => it);
    equal(error instanceof ProblemError && error.status, 422);
    await close();
  }],
];

interface Opened {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly close: () => Promise<void>;
  readonly runs: (readonly unknown[])[];
}

type Auth = Parameters<Host["http"]["workItems"]>[1]["auth"];

function open({ api, http }: Host, auth: Auth): Opened {
  const runs: (readonly unknown[])[] = [];
  const scheduler = new api.Scheduler();
  scheduler.define("note", {
    message: {
      "~standard": {
        version: 1,
        vendor: "suite",
        validate: (value) =>
          typeof value === "number"
            ? { value }
            : { issues: [{ message: "expected a number" }] },
      },
    },
    run: ({ key, messages }): string => {
      runs.push(messages);
      return `${key}: ${messages.join()}`;
    },
  });
  const endpoint = http.workItems(scheduler, { auth });
  return {
    fetch: (request) => endpoint.fetch(request),
    close: async (): Promise<void> => {
      await scheduler.close();
      endpoint.close();
    },
    runs,
  };
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array>;
}

function message({ headers, body }: Sent): Request {
  const type = { "content-type": "application/json" };
  const init = { method: "POST", headers: { ...type, ...headers }, body };
  const isStream = typeof body !== "string"; // Hosts ask for it to be said.
  const how = isStream ? { ...init, duplex: "half" } : init;
  return new Request("http://localhost/v1/items/note/a/messages", how);
}
