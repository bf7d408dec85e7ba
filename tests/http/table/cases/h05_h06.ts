/**
 * H5: each key is asked about. H6: nothing that is sent is followed.
 *
 * @module
 */
import type { Case, Draft } from "../case.ts";
import { TOKENS } from "../draft.ts";
import { ROUTES } from "../routes.ts";
import {
  ACCEPTED,
  accepts,
  bare,
  plays,
  refused,
  refuses,
  steps,
} from "./make.ts";

const FORBIDDEN = refused(403, "WI-HTTP-FORBIDDEN");
const BOB = { Authorization: `Bearer ${TOKENS.bob}` };

/** Those that name an item, asked for one that is Bob's. */
const ofItems: readonly Case[] = ROUTES.filter(({ target }) =>
  target.includes("%M")
).map(({ method, target, body, type }) =>
  refuses("H5", `${method} ${target} is refused for what is another's`, {
    send: {
      method,
      target: target.replace("%M", "private-%M"),
      body: body?.replace('"subject":"%M"', '"subject":"private-%M"') ?? null,
      headers: type === undefined ? {} : { "Content-Type": type },
    },
    by: FORBIDDEN,
  })
);

const ofKinds: readonly Case[] = [
  bare("GET", "/v1/items/secret"),
  bare("GET", "/v1/items/secret?prefix=a"),
  bare("GET", "/v1/dead/secret"),
  bare("POST", "/v1/scheduler/pause"),
  bare("POST", "/v1/scheduler/resume"),
].map((send) =>
  refuses("H5", `${send.method} ${send.target} is refused to whom may not`, {
    send,
    by: FORBIDDEN,
  })
);

export const H5: readonly Case[] = [
  ...ofItems,
  ...ofKinds,
  accepts("H5", "whose it is may", {
    send: { target: "/v1/items/secret/private-%M/messages", headers: BOB },
    tells: [{ kind: "secret", key: "private-%M", messages: [{ doc: "%M" }] }],
  }),
  accepts("H5", "of many, only those that are another's are refused", {
    send: {
      target: "/v1/items/record/messages",
      body:
        '[{"key":"%M-a","message":1},{"key":"private-%M","message":2},{"key":"%M-b","message":3}]',
    },
    by: {
      status: 202,
      like: {
        accepted: 2,
        refused: 1,
        results: [
          { status: 202 },
          { status: 403, code: "WI-HTTP-FORBIDDEN" },
          { status: 202 },
        ],
      },
    },
    tells: [
      { key: "%M-a", messages: [1] },
      { key: "%M-b", messages: [3] },
    ],
  }),
  accepts("H5", "an encoded key is asked about as it is meant", {
    send: { target: "/v1/items/record/%70rivate-%M/messages", headers: BOB },
    tells: [{ key: "private-%M", messages: [{ doc: "%M" }] }],
  }),
  refuses("H5", "an encoded key is refused as a plain one is", {
    send: { target: "/v1/items/record/%70rivate-%M/messages" },
    by: FORBIDDEN,
  }),
  refuses("H5", "an encoded kind is refused as a plain one is", {
    send: { target: "/v1/items/%73ecret/%M/messages" },
    by: FORBIDDEN,
  }),
  refuses("H5", "a check that fails lets nobody in", {
    send: { target: "/v1/items/record/broken-%M/messages", headers: BOB },
    by: { status: 500, code: "WI-HTTP-INTERNAL" },
  }),
  plays("H5", "a check that fails is told to onError, not to the caller", {
    play: async (scene) => {
      const before = scene.site.errors.length;
      const answer = await scene.exchange({
        target: "/v1/items/record/broken-%M/messages",
      });
      scene.ensure(answer.status === 500, `it is ${answer.status}`);
      scene.ensure(!answer.text.includes("check failed"), answer.text);
      const told = scene.site.errors.slice(before).map(String);
      scene.ensure(told.includes("Error: the check failed"), told.join());
    },
  }),
  plays("H5", "the check is told who, what and of which item", {
    tells: [{ messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      scene.expect(await scene.exchange({}), ACCEPTED);
      const { text } = scene.mark;
      const asked = scene.site.accesses.filter(({ key }) => key === text);
      const wanted = {
        principal: "alice",
        action: "enqueue",
        kind: "record",
        key: text,
      };
      const isSo = asked.length === 1 &&
        Object.entries(wanted).every(([name, value]) =>
          Reflect.get(asked[0] ?? {}, name) === value
        );
      scene.ensure(isSo, JSON.stringify(asked));
    },
  }),
  steps("H5", "where nobody is told apart, there is one principal", {
    site: "open",
    list: [[{}, ACCEPTED]],
    tells: [{ messages: [{ doc: "%M" }] }],
  }),
];

/** Sends something that names the canary, and looks whether it was called. */
function follows(
  name: string,
  draft: (url: string) => Draft,
  status: readonly number[],
  tells: Case["tells"] = [],
): Case {
  return plays("H6", name, {
    tells: tells ?? [],
    play: async (scene) => {
      const canary = await scene.canary();
      const url = `http://127.0.0.1:${canary.port}/${scene.mark.text}`;
      const answer = await scene.exchange(draft(url));
      scene.expect(answer, { status });
      await scene.site.stage.idle("record", scene.mark.text);
      scene.ensure(canary.visits() === 0, `${url} was called`);
    },
  });
}

export const H6: readonly Case[] = [
  follows(
    "a message that is a URL",
    (url) => ({
      body: JSON.stringify({ url, callback: url, "$ref": url }),
    }),
    [202],
    [{ messages: "any" }],
  ),
  follows("a kind that is a URL", (url) => ({
    target: `/v1/items/${encodeURIComponent(url)}/%M/messages`,
  }), [404]),
  follows("a kind that is a path of a module", () => ({
    target: "/v1/items/..%2F..%2Fmod.ts/%M/messages",
  }), [404]),
  follows(
    "headers that name where to answer",
    (url) => ({
      headers: {
        "Callback-URL": url,
        "X-Forwarded-Host": url,
        "X-Original-URL": url,
        "X-Rewrite-URL": "/v1/scheduler/pause",
        "Referer": url,
        "Link": `<${url}>; rel="preload"`,
      },
    }),
    [202],
    [{ messages: [{ doc: "%M" }] }],
  ),
  follows(
    "a method that is overridden",
    () => ({
      headers: {
        "X-HTTP-Method-Override": "DELETE",
        "X-HTTP-Method": "DELETE",
        "X-Method-Override": "DELETE",
      },
    }),
    [202],
    [{ messages: [{ doc: "%M" }] }],
  ),
  follows("a CloudEvent whose source, schema and type are URLs", (url) => ({
    target: "/v1/cloudevents",
    headers: { "Content-Type": "application/cloudevents+json" },
    body: JSON.stringify({
      specversion: "1.0",
      id: "1",
      source: url,
      dataschema: url,
      type: url,
      subject: "%M",
      data: {},
    }),
  }), [404]),
  follows(
    "a CloudEvent of a kind whose data lies elsewhere",
    (url) => ({
      target: "/v1/cloudevents",
      headers: { "Content-Type": "application/cloudevents+json" },
      body: JSON.stringify({
        specversion: "1.0",
        id: "%M",
        source: url,
        dataschema: url,
        dataref: url,
        type: "record",
        subject: "%M",
        data: 7,
      }),
    }),
    [202],
    [{ messages: [7] }],
  ),
  follows("a target that is a URL", (url) => ({
    target: url,
    framing: "chunked",
  }), [404]),
  follows("a name that every object has", () => ({
    target: "/v1/items/__proto__/%M/messages",
  }), [404]),
  follows("a name that every object has, as a method", () => ({
    target: "/v1/items/toString/%M/messages",
  }), [404]),
  accepts("H6", "a kind that is called as what every object has", {
    send: { target: "/v1/items/constructor/%M/messages" },
    tells: [{ kind: "constructor", messages: [{ doc: "%M" }] }],
  }),
];
