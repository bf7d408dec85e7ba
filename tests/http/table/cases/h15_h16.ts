/**
 * H15: who is refused when there is too much. H16: a caller that goes away.
 *
 * @module
 */
import type { Case, Draft, Expectation, Scene } from "../case.ts";
import { join, TOKENS } from "../draft.ts";
import { ROUTES } from "../routes.ts";
import type { Wire } from "../wire.ts";
import {
  ACCEPTED,
  accepts,
  bare,
  plays,
  refused,
  refuses,
  steps,
  USUAL,
} from "./make.ts";

const CLOSED = refused(503, "WI-CLOSED", {
  headers: { "Retry-After": /^[1-9]\d*$/ },
});
const FULL = refused(429, "WI-QUEUE-FULL", {
  headers: { "Retry-After": /^[1-9]\d*$/ },
});
const BOUNDED = "/v1/items/bounded/%M/messages";
const BOB = { Authorization: `Bearer ${TOKENS.bob}` };

/** It is refused before its body has come. */
function unread(name: string, by: Expectation, site: "closed"): Case {
  return plays("H15", name, {
    site,
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({ body: "", framing: "1000" }));
      scene.expect(await wire.answer("POST"), by);
    },
  });
}

const closed: readonly Case[] = ROUTES.slice(0, 3).map(
  ({ method, target, body, type }) =>
    refuses("H15", `${method} ${target} is refused when it is closed`, {
      site: "closed",
      send: {
        method,
        target,
        body: body ?? null,
        headers: type === undefined ? {} : { "Content-Type": type },
      },
      by: CLOSED,
    }),
);

const rate = {
  "RateLimit": /^"[^"]+";r=\d+;t=\d+$/,
  "RateLimit-Policy": /^"[^"]+";q=3;w=60$/,
};

export const H15: readonly Case[] = [
  ...closed,
  unread("the body of what is closed is not waited for", CLOSED, "closed"),
  refuses("H15", "what is closed is not ready", {
    site: "closed",
    send: bare("GET", "/readyz"),
    by: refused(503),
  }),
  refuses("H15", "what is closed is well nevertheless", {
    site: "closed",
    send: bare("GET", "/healthz"),
    by: { status: 200 },
  }),
  refuses("H15", "what is closed can be looked at", {
    site: "closed",
    send: bare("GET", "/v1/stats"),
    by: { status: 200, like: { closed: true } },
  }),
  steps("H15", "a full inbox refuses what is one too many", {
    list: [
      [bare("POST", "/v1/items/bounded/%M/suspend"), { status: 204 }],
      [{ target: BOUNDED, body: "1" }, ACCEPTED],
      [{ target: BOUNDED, body: "2" }, ACCEPTED],
      [{ target: BOUNDED, body: "3" }, FULL],
      [bare("POST", "/v1/items/bounded/%M/resume"), { status: 204 }],
    ],
    tells: [{ kind: "bounded", messages: [1, 2] }],
  }),
  steps("H15", "of many, only those that are too many are refused", {
    list: [
      [bare("POST", "/v1/items/bounded/%M/suspend"), { status: 204 }],
      [{
        target: "/v1/items/bounded/messages",
        body:
          '[{"key":"%M","message":1},{"key":"%M","message":2},{"key":"%M","message":3},{"key":"b-%M","message":4}]',
      }, {
        status: 202,
        like: {
          accepted: 3,
          refused: 1,
          results: [
            { status: 202 },
            { status: 202 },
            { status: 429, code: "WI-QUEUE-FULL" },
            { status: 202 },
          ],
        },
      }],
      [bare("POST", "/v1/items/bounded/%M/resume"), { status: 204 }],
    ],
    tells: [
      { kind: "bounded", messages: [1, 2] },
      { kind: "bounded", key: "b-%M", messages: [4] },
    ],
  }),
  steps("H15", "a full inbox does not refuse another item", {
    list: [
      [bare("POST", "/v1/items/bounded/%M/suspend"), { status: 204 }],
      [{ target: BOUNDED, body: "1" }, ACCEPTED],
      [{ target: BOUNDED, body: "2" }, ACCEPTED],
      [{ target: "/v1/items/bounded/b-%M/messages", body: "3" }, ACCEPTED],
      [bare("POST", "/v1/items/bounded/%M/resume"), { status: 204 }],
    ],
    tells: [
      { kind: "bounded", messages: [1, 2] },
      { kind: "bounded", key: "b-%M", messages: [3] },
    ],
  }),
  steps("H15", "a principal that asks too often is refused", {
    site: "rated",
    list: [
      [{}, { ...ACCEPTED, headers: rate }],
      [{}, { ...ACCEPTED, headers: rate }],
      [{}, { ...ACCEPTED, headers: rate }],
      [
        {},
        refused(429, undefined, {
          headers: { ...rate, "Retry-After": /^[1-9]\d*$/ },
        }),
      ],
      [{ body: "{" }, refused(429)],
      [{ headers: { "Content-Type": "text/plain" } }, refused(429)],
      [bare("GET", "/v1/stats"), refused(429)],
      [{ headers: { Authorization: undefined } }, refused(401)],
    ],
    tells: [{ messages: [{ doc: "%M" }, { doc: "%M" }, { doc: "%M" }] }],
  }),
  steps("H15", "another principal is not refused for it", {
    site: "rated",
    list: [
      [{ headers: BOB }, ACCEPTED],
      [{}, refused(429)],
      [{ headers: BOB }, ACCEPTED],
    ],
    tells: [{ messages: [{ doc: "%M" }, { doc: "%M" }] }],
  }),
  refuses("H15", "health costs nobody anything", {
    site: "rated",
    send: bare("GET", "/healthz"),
    by: { status: 200 },
  }),
  plays("H15", "one more than may be served at once is refused, unread", {
    site: "narrow",
    tells: [{ messages: [{ doc: "%M" }] }, {
      key: "c-%M",
      messages: [{ doc: "%M" }],
    }],
    play: async (scene) => {
      const first = await scene.open();
      const bytes = scene.bytesOf({});
      first.write(bytes.subarray(0, bytes.length - 1));
      await busy(scene);
      const second = await scene.open();
      second.write(scene.bytesOf({
        target: "/v1/items/record/b-%M/messages",
        body: "",
        framing: "1000",
      }));
      scene.expect(
        await second.answer("POST"),
        refused(503, undefined, { headers: { "Retry-After": /^[1-9]\d*$/ } }),
      );
      first.write(bytes.subarray(bytes.length - 1));
      scene.expect(await first.answer("POST"), ACCEPTED);
      const third = await scene.exchange({
        target: "/v1/items/record/c-%M/messages",
      });
      scene.expect(third, ACCEPTED);
    },
  }),
  plays("H15", "who goes away gives its place back", {
    site: "narrow",
    tells: [{ key: "b-%M", messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const first = await scene.open();
      const bytes = scene.bytesOf({});
      first.write(bytes.subarray(0, bytes.length - 1));
      await busy(scene);
      first.drop("reset");
      await scene.site.logs(scene.mark.trace);
      const next = await scene.exchange({
        target: "/v1/items/record/b-%M/messages",
      });
      scene.expect(next, ACCEPTED);
    },
  }),
  plays("H15", "one more stream than there may be is refused", {
    site: "streaming",
    play: async (scene) => {
      const first = await scene.open();
      first.write(scene.bytesOf(bare("GET", "/v1/events")));
      await first.text("\r\n\r\n");
      const second = await scene.exchange(bare("GET", "/v1/events"));
      scene.expect(second, refused(503));
      first.drop();
    },
  }),
];

/** Waits until the only place is taken: no other way tells but to ask. */
async function busy(scene: Scene): Promise<void> {
  for (;;) {
    const { status } = await scene.exchange(
      bare("GET", "/v1/stats", { traceparent: undefined }),
    );
    if (status === 503) return;
  }
}

/** Goes away at some point of its request. The item is as before, or has the
 * message. */
function leaves(
  name: string,
  { cut, how, isRun }: {
    readonly cut: (length: number) => number;
    readonly how: "end" | "reset";
    readonly isRun: boolean;
  },
): Case {
  return plays("H16", name, {
    tells: isRun ? USUAL : [],
    play: async (scene) => {
      const wire = await scene.open();
      const bytes = scene.bytesOf({ keepAlive: true });
      wire.write(bytes.subarray(0, cut(bytes.length)));
      if (!isRun) await settle(scene, wire);
      else await scene.site.logs(scene.mark.trace);
      wire.drop(how);
      const next = await scene.exchange(bare("GET", "/healthz"));
      scene.expect(next, { status: 200 });
    },
  });
}

/** The bytes so far have come: another connection was served since. */
async function settle(scene: Scene, _: Wire): Promise<void> {
  await scene.exchange(bare("GET", "/healthz", { traceparent: undefined }));
}

export const H16: readonly Case[] = [
  leaves("after the whole request", {
    cut: (length) => length,
    how: "end",
    isRun: true,
  }),
  leaves("after the whole request, with a reset", {
    cut: (length) => length,
    how: "reset",
    isRun: true,
  }),
  leaves("before the last byte", {
    cut: (length) => length - 1,
    how: "end",
    isRun: false,
  }),
  leaves("before the last byte, with a reset", {
    cut: (length) => length - 1,
    how: "reset",
    isRun: false,
  }),
  leaves("before the body", {
    cut: (length) => length - 22,
    how: "end",
    isRun: false,
  }),
  leaves("within the headers", { cut: () => 60, how: "end", isRun: false }),
  leaves("within the first line", { cut: () => 9, how: "reset", isRun: false }),
  leaves("at once", { cut: () => 0, how: "end", isRun: false }),
  plays("H16", "while it waits for a result: what was accepted is run", {
    site: "either",
    tells: [{ kind: "slow", messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({
        target: "/v1/items/slow/%M/messages",
        headers: { "Prefer": "wait=20", "Idempotency-Key": "%M" },
      }));
      await scene.site.stage.begun(1);
      wire.drop("reset");
      scene.site.stage.release();
      await scene.site.stage.idle("slow", scene.mark.text);
    },
  }),
  plays("H16", "fifty that go away leave nothing half done", {
    tells: Array.from({ length: 50 }, (_, n) => ({
      key: `${n}-%M`,
      messages: [{ doc: "%M" }],
    })),
    play: async (scene) => {
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const target = `/v1/items/record/${n}-%M/messages`;
          const draft = {
            target,
            headers: { "Idempotency-Key": `"${n}-%M"` },
          };
          const wire = await scene.open();
          wire.write(scene.bytesOf(draft));
          wire.drop(); // Nobody knows how far it came: so it is sent again.
          for (;;) {
            const answer = await scene.exchange(draft);
            scene.expect(answer, { status: [202, 409] });
            if (answer.status === 202) return;
          }
        }),
      );
    },
  }),
  accepts("H16", "who says that no more comes is answered all the same", {
    send: {},
  }),
  accepts("H16", "who asks first whether to go on is told so", {
    send: { headers: { Expect: "100-continue" } },
  }),
  refuses("H16", "who asks first whether to go on is refused", {
    send: { headers: { Expect: "100-continue", Authorization: undefined } },
    by: refused(401),
  }),
  plays("H16", "three requests at once on one connection are three answers", {
    tells: ["a", "c"].map((name) => ({
      key: `${name}-%M`,
      messages: [{ doc: "%M" }],
    })),
    play: async (scene) => {
      const wire = await scene.open();
      const drafts: readonly Draft[] = [
        { target: "/v1/items/record/a-%M/messages" },
        { target: "/v1/items/record/b-%M/messages", body: "{" },
        { target: "/v1/items/record/c-%M/messages" },
      ];
      const bytes = drafts.map((draft) =>
        scene.bytesOf({ ...draft, keepAlive: true })
      );
      wire.write(join(...bytes));
      scene.expect(await wire.answer("POST"), ACCEPTED);
      scene.expect(await wire.answer("POST"), refused(400, "WI-HTTP-JSON"));
      scene.expect(await wire.answer("POST"), ACCEPTED);
    },
  }),
  plays("H16", "who half closes is answered all the same", {
    tells: USUAL,
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf({}));
      wire.half();
      scene.expect(await wire.answer("POST"), ACCEPTED);
    },
  }),
];
