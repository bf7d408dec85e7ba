/**
 * What each route answers when all is well, and what it has done then.
 *
 * @module
 */
import type { Case, Draft } from "../case.ts";
import { TOKENS } from "../draft.ts";
import { ABSENT } from "../like.ts";
import {
  ACCEPTED,
  accepts,
  bare,
  OUTCOME,
  plays,
  refused,
  refuses,
  steps,
  USUAL,
} from "./make.ts";

const law = "routes";
const ITEM = "/v1/items/record/%M";
const BOB = { Authorization: `Bearer ${TOKENS.bob}` };

function event(change: Readonly<Record<string, unknown>>): Draft {
  return {
    target: "/v1/cloudevents",
    headers: { "Content-Type": "application/cloudevents+json" },
    body: JSON.stringify({
      specversion: "1.0",
      id: "%M",
      source: "/table",
      type: "record",
      subject: "%M",
      data: { doc: "%M" },
      ...change,
    }),
  };
}

function binary(headers: Readonly<Record<string, string | undefined>>): Draft {
  return {
    target: "/v1/cloudevents",
    headers: {
      "ce-specversion": "1.0",
      "ce-id": "%M",
      "ce-source": "/table",
      "ce-type": "record",
      "ce-subject": "%M",
      ...headers,
    },
  };
}

const events: readonly Case[] = [
  accepts(law, "a CloudEvent, structured", { send: event({}) }),
  accepts(law, "a CloudEvent, binary", { send: binary({}) }),
  accepts(law, "a CloudEvent, binary, subject beyond ASCII", {
    send: binary({ "ce-subject": "%C3%A4-%M" }),
    tells: [{ key: "ä-%M", messages: [{ doc: "%M" }] }],
  }),
  accepts(law, "a CloudEvent without data is a mere wake-up", {
    send: event({ data: undefined }),
    tells: [{ messages: [] }],
  }),
  accepts(law, "a CloudEvent with attributes of its own", {
    send: event({ comexampleextension: "x", time: "2026-01-01T00:00:00Z" }),
  }),
  accepts(law, "a CloudEvent to an item by path, structured", {
    send: {
      ...event({ type: "com.example.other", subject: "other" }),
      target: `${ITEM}/messages`,
    },
  }),
  accepts(law, "a CloudEvent to an item by path, binary", {
    send: {
      ...binary({ "ce-type": "com.example.other", "ce-subject": undefined }),
      target: `${ITEM}/messages`,
    },
  }),
  refuses(law, "a CloudEvent without type", {
    send: event({ type: undefined }),
    by: refused([400, 422]),
  }),
  refuses(law, "a CloudEvent without subject", {
    send: event({ subject: undefined }),
    by: refused([400, 422]),
  }),
  refuses(law, "a CloudEvent without id", {
    send: event({ id: undefined }),
    by: refused([400, 422]),
  }),
  refuses(law, "a CloudEvent without source", {
    send: event({ source: undefined }),
    by: refused([400, 422]),
  }),
  refuses(law, "a CloudEvent of another version", {
    send: event({ specversion: "0.3" }),
    by: refused([400, 422]),
  }),
  refuses(law, "a CloudEvent of an unknown kind", {
    send: event({ type: "nothing" }),
    by: refused(404, "WI-UNKNOWN-KIND"),
  }),
  refuses(law, "a CloudEvent that is a list", {
    send: { ...event({}), body: "[]" },
    by: refused([400, 422]),
  }),
  refuses(law, "a CloudEvent, binary, without id", {
    send: binary({ "ce-id": undefined }),
    by: refused([400, 422]),
  }),
];

const reading: readonly Case[] = [
  refuses(law, "the kinds", {
    send: bare("GET", "/v1/kinds"),
    by: {
      status: 200,
      headers: { "Content-Type": "application/json" },
      like: {
        kinds: (kinds: readonly { readonly name: string }[]) =>
          ["record", "checked", "odd/kind ä", "constructor"].every((name) =>
            kinds.some((kind) => kind.name === name)
          ),
      },
    },
  }),
  steps(law, "an item, and again if it has changed", {
    list: [
      [bare("POST", `${ITEM}/suspend`), { status: 204 }],
      [{ target: `${ITEM}/messages` }, ACCEPTED],
      [bare("GET", ITEM), {
        status: 200,
        headers: {
          "ETag": /^W\/"[^"]+"$/,
          "Content-Type": "application/json",
        },
        like: {
          kind: "record",
          key: "%M",
          state: "suspended",
          owed: true,
          messages: 1,
          running: 0,
          held: false,
          suspended: true,
          version: /./,
        },
      }],
      [bare("POST", `${ITEM}/resume`), { status: 204 }],
    ],
    tells: USUAL,
  }),
  plays(law, "an item that has not changed", {
    tells: [{ messages: [{ doc: "%M" }, { doc: "%M" }] }],
    play: async (scene) => {
      await scene.exchange(bare("POST", `${ITEM}/suspend`));
      await scene.exchange({});
      const first = await scene.exchange(bare("GET", ITEM));
      const tag = first.headers.get("etag") ?? "";
      const ask = (value: string): Promise<typeof first> =>
        scene.exchange(bare("GET", ITEM, { "If-None-Match": value }));
      const same = { status: 304, headers: { ETag: tag } };
      scene.expect(await ask(tag), same);
      scene.expect(await ask(`"x", ${tag}`), same);
      scene.expect(await ask(tag.replace("W/", "")), same);
      scene.expect(await ask("*"), same);
      scene.expect(await ask('W/"x"'), { status: 200 });
      scene.expect(await ask(tag.slice(0, -1)), { status: 200 });
      await scene.exchange({});
      scene.expect(await ask(tag), { status: 200 });
      await scene.exchange(bare("POST", `${ITEM}/resume`));
    },
  }),
  steps(law, "to look at an item neither makes nor wakes it", {
    list: [
      [bare("GET", ITEM), refused(404, "WI-NO-ITEM")],
      [bare("GET", ITEM), refused(404, "WI-NO-ITEM")],
      [bare("GET", "/v1/items/record?prefix=%M"), {
        status: 200,
        like: { items: [] },
      }],
    ],
  }),
  plays(law, "items, page by page", {
    tells: ["a", "b", "c", "d", "e"].map((name) => ({
      key: `%M-${name}`,
      messages: [],
    })),
    play: async (scene) => {
      const names = ["a", "b", "c", "d", "e"];
      for (const name of names) {
        const item = `${ITEM}-${name}`;
        await scene.exchange(bare("POST", `${item}/suspend`));
        await scene.exchange(bare("POST", `${item}/messages`));
      }
      const found: string[] = [];
      let target: string | undefined = "/v1/items/record?prefix=%M-&limit=2";
      for (let pages = 0; target !== undefined && pages < 9; pages++) {
        const answer = await scene.exchange(bare("GET", target));
        scene.expect(answer, { status: 200 });
        const page = JSON.parse(answer.text) as {
          readonly items: readonly { readonly key: string }[];
          readonly cursor?: string;
        };
        scene.ensure(page.items.length <= 2, "a page is too long");
        found.push(...page.items.map(({ key }) => key));
        const link = answer.headers.get("link");
        const next = /^<(\?[^>]+)>; rel="next"$/.exec(link ?? "")?.[1];
        scene.ensure(
          (next === undefined) === (page.cursor === undefined),
          `Link is ${link}, the cursor is ${page.cursor}`,
        );
        target = next && `/v1/items/record${next}`;
      }
      const wanted = names.map((name) => `${scene.mark.text}-${name}`);
      scene.ensure(found.join() === wanted.join(), found.join());
      for (const name of names) {
        await scene.exchange(bare("POST", `${ITEM}-${name}/resume`));
      }
    },
  }),
  steps(law, "items by their state", {
    list: [
      [bare("POST", `${ITEM}/suspend`), { status: 204 }],
      [{}, ACCEPTED],
      [bare("GET", "/v1/items/record?prefix=%M&state=suspended"), {
        status: 200,
        like: { items: [{ key: "%M", state: "suspended" }] },
      }],
      [bare("GET", "/v1/items/record?prefix=%M&state=running"), {
        status: 200,
        like: { items: [] },
      }],
      [bare("POST", `${ITEM}/resume`), { status: 204 }],
    ],
    tells: USUAL,
  }),
  ...["/v1/items/nothing", "/v1/items/nothing/%M", "/v1/dead/nothing"].map(
    (target) =>
      refuses(law, `${target} is of an unknown kind`, {
        send: bare("GET", target),
        by: refused([404, 501], /^WI-(?:UNKNOWN-KIND|NOT-DURABLE)$/),
      }),
  ),
  refuses(law, "counts", {
    send: bare("GET", "/v1/stats"),
    by: {
      status: 200,
      like: { paused: false, closed: false, starts: Number.isInteger },
    },
  }),
  refuses(law, "metrics", {
    send: bare("GET", "/metrics"),
    by: {
      status: 200,
      headers: { "Content-Type": /^text\/plain; version=0\.0\.4/ },
    },
  }),
  refuses(law, "the description", {
    send: bare("GET", "/openapi.json"),
    by: {
      status: 200,
      headers: { "Content-Type": "application/json" },
      like: { openapi: /^3\.1\./ },
    },
  }),
  plays(law, "events, as they happen", {
    tells: USUAL,
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf(bare("GET", "/v1/events?kind=record")));
      const head = await wire.text("\r\n\r\n");
      scene.ensure(/^HTTP\/1\.1 200 /.test(head), head);
      const isStream = /content-type: text\/event-stream/i.test(head);
      scene.ensure(isStream, head);
      await wire.text("retry: 2000");
      scene.expect(await scene.exchange({}), ACCEPTED);
      await wire.text("event: enqueued");
      await wire.text("event: started");
      const text = await wire.text("event: ended");
      scene.ensure(text.includes(scene.mark.text), "the key is not told");
      scene.ensure(/\bid: [^\s]+-\d+/.test(text), "events have no id");
      wire.drop();
    },
  }),
];

const acting: readonly Case[] = [
  steps(law, "what waits is taken back", {
    list: [
      [bare("POST", `${ITEM}/suspend`), { status: 204 }],
      [{ target: `${ITEM}/messages` }, ACCEPTED],
      [bare("POST", `${ITEM}/cancel`), {
        status: 200,
        like: { owed: true, messages: [{ doc: "%M" }] },
      }],
      [bare("POST", `${ITEM}/cancel?running=true`), {
        status: 200,
        like: { owed: false, messages: [] },
      }],
      [bare("POST", `${ITEM}/resume`), { status: 204 }],
    ],
  }),
  steps(law, "an item is deleted", {
    list: [
      [bare("POST", `${ITEM}/suspend`), { status: 204 }],
      [{ target: `${ITEM}/messages` }, ACCEPTED],
      [bare("DELETE", ITEM), {
        status: 200,
        like: { owed: true, messages: [{ doc: "%M" }] },
      }],
      [bare("DELETE", ITEM), { status: 200, like: { owed: false } }],
    ],
  }),
  steps(law, "an item is reset", {
    list: [[bare("POST", `${ITEM}/reset`), { status: 204 }]],
  }),
  steps(law, "an enqueue may wait", {
    list: [
      [{ target: `${ITEM}/messages?delay=3600000` }, {
        ...ACCEPTED,
        like: { outcome: "delayed" },
      }],
      [bare("GET", ITEM), {
        status: 200,
        like: {
          state: "delayed",
          dueIn: (ms: number) => ms > 3_500_000 && ms <= 3_600_000,
        },
      }],
      [{ target: `${ITEM}/messages?delay=0` }, ACCEPTED],
    ],
    tells: [{ messages: [{ doc: "%M" }, { doc: "%M" }] }],
  }),
  steps(law, "an enqueue may have a time", {
    list: [
      [{ target: `${ITEM}/messages?at=2020-01-01T00:00:00Z` }, ACCEPTED],
    ],
    tells: USUAL,
  }),
  accepts(law, "a result is waited for", {
    send: {
      target: "/v1/items/echo/%M/messages",
      headers: { Prefer: "wait=10" },
    },
    by: {
      status: 200,
      headers: { "Preference-Applied": "wait=10" },
      like: {
        outcome: OUTCOME,
        version: /./,
        result: { key: "%M", got: [{ doc: "%M" }] },
      },
    },
    tells: [{ kind: "echo", messages: [{ doc: "%M" }] }],
  }),
  accepts(law, "a result that is nothing", {
    send: { headers: { Prefer: "wait=10" } },
    by: { status: 200, like: { outcome: OUTCOME, result: ABSENT } },
  }),
  accepts(law, "a preference that nobody knows is passed over", {
    send: { headers: { Prefer: "respond-async, handling=lenient, wait=zz" } },
    by: { ...ACCEPTED, headers: { "Preference-Applied": null } },
  }),
  steps(law, "the scheduler is paused and resumed", {
    list: [
      [bare("POST", "/v1/scheduler/pause", BOB), { status: 204 }],
      [bare("GET", "/v1/stats"), { status: 200, like: { paused: true } }],
      [{}, ACCEPTED],
      [bare("POST", "/v1/scheduler/resume", BOB), { status: 204 }],
      [bare("GET", "/v1/stats"), { status: 200, like: { paused: false } }],
    ],
    tells: USUAL,
  }),
];

const letters: readonly Case[] = [
  refuses(law, "in memory there are no dead letters", {
    only: "memory",
    send: bare("GET", "/v1/dead/record"),
    by: refused(501, "WI-NOT-DURABLE"),
  }),
  refuses(law, "in memory nothing is redriven", {
    only: "memory",
    send: bare("POST", "/v1/dead/record/%M/redrive"),
    by: refused(501, "WI-NOT-DURABLE"),
  }),
  refuses(law, "in memory no letter is discarded", {
    only: "memory",
    send: bare("DELETE", "/v1/dead/record/%M/x"),
    by: refused(501, "WI-NOT-DURABLE"),
  }),
  refuses(law, "an unknown letter", {
    only: "durable",
    send: bare("DELETE", "/v1/dead/record/%M/x"),
    by: refused(404, "WI-NO-LETTER"),
  }),
  plays(law, "dead letters are told, redriven and discarded", {
    only: "durable",
    tells: [{ kind: "failing", messages: [{ doc: "%M" }, { doc: "%M" }] }],
    play: async (scene) => {
      const target = "/v1/items/failing/%M/messages";
      await scene.exchange({ target, headers: { Prefer: "wait=5" } });
      const list = "/v1/dead/failing?prefix=%M";
      const first = await scene.exchange(bare("GET", list));
      scene.expect(first, {
        status: 200,
        like: {
          items: [{ kind: "failing", key: "%M", messages: 1, failures: 1 }],
        },
      });
      const driven = await scene.exchange(
        bare("POST", "/v1/dead/failing/%M/redrive"),
      );
      scene.expect(driven, { status: 200, like: { messages: 1 } });
      await scene.site.stage.idle("failing", scene.mark.text);
      const second = await scene.exchange(bare("GET", list));
      const { items } = JSON.parse(second.text) as {
        readonly items: readonly { readonly id: string }[];
      };
      scene.ensure(items.length === 1, second.text);
      const id = encodeURIComponent(items[0]?.id ?? "");
      const gone = bare("DELETE", `/v1/dead/failing/%M/${id}`);
      scene.expect(await scene.exchange(gone), { status: 204 });
      scene.expect(
        await scene.exchange(gone),
        refused(404, "WI-NO-LETTER"),
      );
    },
  }),
];

export const ROUTINE: readonly Case[] = [
  ...reading,
  ...acting,
  ...events,
  ...letters,
];
