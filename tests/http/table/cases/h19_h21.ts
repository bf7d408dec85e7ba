/**
 * H19: a secret that is almost right is as wrong as any. H20: what is not told
 * to logs and watchers. H21: many at once.
 *
 * @module
 */
import type { Case, Draft, Expectation, Scene } from "../case.ts";
import { TOKENS } from "../draft.ts";
import { signed } from "../signing.ts";
import { SECRET } from "../kinds.ts";
import {
  ACCEPTED,
  accepts,
  bare,
  plays,
  refused,
  refuses,
  USUAL,
} from "./make.ts";

/** The text with another character in one place. */
function spoil(text: string, at: number): string {
  const other = text[at] === "x" ? "y" : "x";
  return text.slice(0, at) + other + text.slice(at + 1);
}

const PLACES = [0, 1, 5, 10, 15, 20];

export const H19: readonly Case[] = [
  ...PLACES.map((at) =>
    refuses("H19", `a token that differs in character ${at}`, {
      send: { headers: { Authorization: `Bearer ${spoil(TOKENS.alice, at)}` } },
      by: refused(401),
    })
  ),
  ...[3, 4, 20, 40].map((at) =>
    refuses("H19", `a signature that differs in character ${at}`, {
      site: "hooked",
      send: ({ mark }) =>
        signed(mark, {
          headers: (good) => ({
            ...good,
            "webhook-signature": spoil(good["webhook-signature"] ?? "", at),
          }),
        }),
      by: refused(401),
    })
  ),
  refuses("H19", "a token of another length", {
    send: { headers: { Authorization: `Bearer ${TOKENS.alice}${TOKENS.bob}` } },
    by: refused(401),
  }),
  accepts("H19", "the only token of all", { site: "lonely" }),
  refuses("H19", "not the only token of all", {
    site: "lonely",
    send: { headers: { Authorization: `Bearer ${TOKENS.bob}` } },
    by: refused(401),
  }),
];

/** All that the owner's logs were told so far. */
function told({ site }: Scene): string {
  const shown = (error: unknown): string =>
    error instanceof Error ? `${error.stack} ${error.cause}` : String(error);
  return JSON.stringify(site.logged) + site.errors.map(shown).join();
}

/** What was asked is not in the log. */
function discreet(
  name: string,
  { send, status, tells = [] }: {
    readonly send: Draft;
    readonly status: number;
    readonly tells?: Case["tells"];
  },
): Case {
  return plays("H20", name, {
    tells: tells ?? [],
    play: async (scene) => {
      const answer = await scene.exchange(send);
      scene.ensure(answer.status === status, `it is ${answer.status}`);
      const record = await scene.site.logs(scene.mark.trace);
      const log = told(scene);
      for (const secret of [scene.mark.text, TOKENS.alice, TOKENS.bob]) {
        scene.ensure(!log.includes(secret), `${secret} was logged`);
      }
      const id = answer.headers.get("x-request-id");
      scene.ensure(record.requestId === id, "it is logged by another id");
      scene.ensure(
        record.status === status,
        `it is logged as ${record.status}`,
      );
      scene.ensure(record.ms >= 0 && record.ms < 10_000, `${record.ms} ms`);
    },
  });
}

export const H20: readonly Case[] = [
  discreet("what was accepted", { send: {}, status: 202, tells: USUAL }),
  discreet("what was refused for its token", {
    send: { headers: { Authorization: `Bearer ${TOKENS.alice}x` } },
    status: 401,
  }),
  discreet("what was refused for its JSON", {
    send: { body: '{"%M"' },
    status: 400,
  }),
  discreet("what was refused by the schema", {
    send: { target: "/v1/items/checked/%M/messages", body: '{"doc":["%M"]}' },
    status: 422,
  }),
  discreet("what is not there", {
    send: { target: "/v1/%M" },
    status: 404,
  }),
  discreet("what is of an unknown kind", {
    send: { target: "/v1/items/nothing/%M/messages" },
    status: 404,
  }),
  discreet("an unknown query", {
    send: { target: "/v1/items/record/%M/messages?%M=%M" },
    status: 400,
  }),
  discreet("a key that is forbidden", {
    send: { target: "/v1/items/record/private-%M/messages" },
    status: 403,
  }),
  plays("H20", "the log names route, kind, principal and trace", {
    tells: USUAL,
    play: async (scene) => {
      scene.expect(await scene.exchange({}), ACCEPTED);
      const record = await scene.site.logs(scene.mark.trace);
      const { method, route, status, principal, kind } = record;
      const found = [method, route, status, principal, kind].join(" ");
      scene.ensure(
        found === "POST /v1/items/:kind/:key/messages 202 alice record",
        found,
      );
    },
  }),
  plays("H20", "watchers see no message, no token and no error's text", {
    tells: [
      { messages: ["body-%M"] },
      { kind: "failing", messages: ["body-%M"] },
    ],
    play: async (scene) => {
      const wire = await scene.open();
      wire.write(scene.bytesOf(bare("GET", "/v1/events", {
        "User-Agent": "a",
        "X-Marker": "a",
      })));
      await wire.text("\r\n\r\n");
      await scene.exchange({ body: '"body-%M"' });
      await scene.exchange({
        target: "/v1/items/failing/%M/messages",
        body: '"body-%M"',
      });
      await wire.text("OwnError");
      const text = await wire.text("OWN-CODE");
      for (const secret of ["body-", TOKENS.alice, SECRET]) {
        scene.ensure(!text.includes(secret), `${secret} is told`);
      }
    },
  }),
  plays("H20", "metrics name no key", {
    tells: USUAL,
    play: async (scene) => {
      scene.expect(await scene.exchange({}), ACCEPTED);
      const { status, text } = await scene.exchange(bare("GET", "/metrics"));
      scene.ensure(status === 200, `it is ${status}`);
      scene.ensure(!text.includes("m4rk3r"), "a key is told");
      scene.ensure(!text.includes("alice"), "a principal is told");
      scene.ensure(text.includes('kind="record"'), "the kind is not told");
    },
  }),
  plays("H20", "metrics name no kind that there is not", {
    play: async (scene) => {
      await scene.exchange({ target: "/v1/items/made-up-%M/%M/messages" });
      await scene.exchange(bare("GET", "/v1/made-up-%M"));
      const { text } = await scene.exchange(bare("GET", "/metrics"));
      scene.ensure(!text.includes("made-up"), "it is told");
    },
  }),
];

const BATCH = "/v1/items/record/messages";
const LINES = { "Content-Type": "application/x-ndjson" };

/** Many, and what was answered to each. */
function many(
  name: string,
  { body, statuses, tells = [], lines, kind = "record" }: {
    readonly body: string;
    readonly statuses: readonly (number | readonly [number, string])[];
    readonly tells?: Case["tells"];
    readonly lines?: boolean;
    readonly kind?: string;
  },
): Case {
  const accepted = statuses.filter((status) => status === 202).length;
  const results = statuses.map((each) =>
    typeof each === "number" ? { status: each } : {
      status: each[0],
      code: each[1],
      type: `urn:workitem:error:${each[1]}`,
      title: /./,
      detail: /./,
      hint: /./,
    }
  );
  return accepts("H21", name, {
    send: {
      target: `/v1/items/${kind}/messages`,
      body,
      headers: lines ? LINES : {},
    },
    by: {
      status: 202,
      like: { accepted, refused: statuses.length - accepted, results },
    },
    tells: tells ?? [],
  });
}

function whole(name: string, send: Draft, by: Expectation): Case {
  return refuses("H21", name, { send: { target: BATCH, ...send }, by });
}

const HUNDRED = Array.from({ length: 100 }, (_, n) => n);

function entries(count: number): string {
  const all = Array.from(
    { length: count },
    (_, n) => `{"key":"%M","message":${n}}`,
  );
  return `[${all.join()}]`;
}

/** One that is refused between two that are not. */
function between(
  name: string,
  entry: string,
  status: readonly [number, string],
): Case {
  return many(`one is refused, the others are not: ${name}`, {
    body: `[{"key":"%M","message":1},${entry},{"key":"%M","message":3}]`,
    statuses: [202, status, 202],
    tells: [{ messages: [1, 3] }],
  });
}

export const H21: readonly Case[] = [
  many("one", {
    body: '[{"key":"%M","message":{"doc":"%M"}}]',
    statuses: [202],
    tells: USUAL,
  }),
  many("those of one key keep their order", {
    body: entries(20),
    statuses: HUNDRED.slice(0, 20).map(() => 202),
    tells: [{ messages: HUNDRED.slice(0, 20) }],
  }),
  many("as many as there may be", {
    body: entries(100),
    statuses: HUNDRED.map(() => 202),
    tells: [{ messages: HUNDRED }],
  }),
  many("mere wake-ups", {
    body: '[{"key":"%M"},{"key":"b-%M"}]',
    statuses: [202, 202],
    tells: [{ messages: [] }, { key: "b-%M", messages: [] }],
  }),
  many("a message that is null is one", {
    body: '[{"key":"%M","message":null}]',
    statuses: [202],
    tells: [{ messages: [null] }],
  }),
  many("the same id twice counts once", {
    body:
      '[{"key":"%M","message":1,"id":"a"},{"key":"%M","message":2,"id":"a"}]',
    statuses: [202, 202],
    tells: [{ messages: [1] }],
  }),
  many("those that wait for their time", {
    body:
      '[{"key":"%M","message":1,"delay":1},{"key":"b-%M","message":2,"at":"2020-01-01T00:00:00Z"}]',
    statuses: [202, 202],
    tells: [{ messages: [1] }, { key: "b-%M", messages: [2] }],
  }),
  between("an entry that is no object", "7", [400, "WI-HTTP-ENTRY"]),
  between("an entry that is null", "null", [400, "WI-HTTP-ENTRY"]),
  between("an entry that is a list", "[]", [400, "WI-HTTP-ENTRY"]),
  between("an entry that is empty", "{}", [400, "WI-HTTP-ENTRY"]),
  between("a key that is none", '{"key":"","message":2}', [400, "WI-HTTP-KEY"]),
  between("a name that nobody knows", '{"key":"%M","massage":2}', [
    400,
    "WI-HTTP-ENTRY",
  ]),
  between("a delay that is none", '{"key":"%M","message":2,"delay":-1}', [
    400,
    "WI-HTTP-ENTRY",
  ]),
  between("a delay that is a text", '{"key":"%M","message":2,"delay":"5"}', [
    400,
    "WI-HTTP-ENTRY",
  ]),
  between("a time that is none", '{"key":"%M","message":2,"at":"soon"}', [
    400,
    "WI-HTTP-ENTRY",
  ]),
  between(
    "a reschedule that is none",
    '{"key":"%M","message":2,"reschedule":"%M"}',
    [400, "WI-HTTP-ENTRY"],
  ),
  between("an id that is none", '{"key":"%M","message":2,"id":""}', [
    400,
    "WI-HTTP-ENTRY",
  ]),
  many("of a kind with a schema", {
    kind: "checked",
    body:
      '[{"key":"%M","message":{"doc":"a"}},{"key":"%M","message":{"doc":7}},{"key":"%M","message":{"doc":"c"}}]',
    statuses: [202, [422, "WI-INVALID-MESSAGE"], 202],
    tells: [{ kind: "checked", messages: [{ doc: "a" }, { doc: "c" }] }],
  }),
  many("all refused", {
    body: "[1,2]",
    statuses: [400, 400],
  }),
  many("lines", {
    lines: true,
    body: '{"key":"%M","message":1}\n{"key":"%M","message":2}\n',
    statuses: [202, 202],
    tells: [{ messages: [1, 2] }],
  }),
  many("lines without a last line break", {
    lines: true,
    body: '{"key":"%M","message":1}\n{"key":"%M","message":2}',
    statuses: [202, 202],
    tells: [{ messages: [1, 2] }],
  }),
  many("lines that end as on Windows, and blank ones", {
    lines: true,
    body:
      '\r\n{"key":"%M","message":1}\r\n\r\n  \n{"key":"%M","message":2}\r\n',
    statuses: [202, 202],
    tells: [{ messages: [1, 2] }],
  }),
  many("a line that is wrong", {
    lines: true,
    body: '{"key":"%M","message":1}\n{"key":\n{"key":"%M","message":3}\n',
    statuses: [202, [400, "WI-HTTP-JSON"], 202],
    tells: [{ messages: [1, 3] }],
  }),
  many("a line with a name twice", {
    lines: true,
    body:
      '{"key":"%M","message":1}\n{"key":"%M","key":"b"}\n{"key":"%M","message":3}\n',
    statuses: [202, [400, "WI-HTTP-JSON"], 202],
    tells: [{ messages: [1, 3] }],
  }),
  whole("one too many", { body: entries(101) }, refused([400, 413])),
  whole("a thousand too many", { body: entries(1_100) }, refused([400, 413])),
  whole("one line too many", {
    headers: LINES,
    body: '{"key":"%M"}\n'.repeat(101),
  }, refused([400, 413])),
  whole("none", { body: "[]" }, refused(400)),
  whole("no line", { headers: LINES, body: "\n\n" }, refused(400)),
  whole("no body", { body: null }, refused([400, 415])),
  whole("an object", { body: '{"key":"%M"}' }, refused(400)),
  whole("a text", { body: '"%M"' }, refused(400)),
  whole("null", { body: "null" }, refused(400)),
  whole(
    "wrong JSON",
    { body: '[{"key":"%M"},]' },
    refused(400, "WI-HTTP-JSON"),
  ),
  whole("an unknown kind", {
    target: "/v1/items/nothing/messages",
    body: '[{"key":"%M"}]',
  }, refused(404, "WI-UNKNOWN-KIND")),
  whole("a query, which it has not", {
    target: `${BATCH}?delay=5`,
    body: '[{"key":"%M"}]',
  }, refused(400)),
];
