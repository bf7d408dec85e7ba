/**
 * H13: what a key is. H14: what a repeated request is.
 *
 * @module
 */
import type { Case, Draft, Expectation, Step } from "../case.ts";
import { TOKENS } from "../draft.ts";
import type { SiteName } from "../sites.ts";
import {
  ACCEPTED,
  accepts,
  bare,
  plays,
  refused,
  refuses,
  segment,
  steps,
  USUAL,
} from "./make.ts";

/** A key of which the mark is a part. */
function key(name: string, text: string): Case {
  const encoded = segment(text).replaceAll("%25M", "%M");
  return accepts("H13", `a key: ${name}`, {
    send: { target: `/v1/items/record/${encoded}/messages` },
    by: {
      ...ACCEPTED,
      headers: { "Content-Type": "application/json" },
    },
    tells: [{ key: text, messages: [{ doc: "%M" }] }],
  });
}

/** As a segment that is already encoded. */
function noKey(name: string, encoded: string): Case {
  return refuses("H13", `no key: ${name}`, {
    send: { target: `/v1/items/record/${encoded}/messages` },
    by: refused(400, "WI-HTTP-KEY"),
  });
}

function inBatch(
  name: string,
  entry: string,
  code: string = "WI-HTTP-KEY",
): Case {
  return accepts("H13", `no key in a batch: ${name}`, {
    send: {
      target: "/v1/items/record/messages",
      body: `[{"key":${entry},"message":"%M"},{"key":"%M","message":1}]`,
    },
    by: {
      status: 202,
      like: {
        accepted: 1,
        refused: 1,
        results: [{ status: 400, code }, { status: 202 }],
      },
    },
    tells: [{ messages: [1] }],
  });
}

/** As the subject of a CloudEvent. */
function inEvent(name: string, subject: string): Case {
  return refuses("H13", `no key in a CloudEvent: ${name}`, {
    send: {
      target: "/v1/cloudevents",
      headers: { "Content-Type": "application/cloudevents+json" },
      body:
        `{"specversion":"1.0","id":"1","source":"/t","type":"record","subject":${subject}}`,
    },
    by: refused(400),
  });
}

const MARK_BYTES = 12;
const LONG = "a".repeat(512 - MARK_BYTES);

export const H13: readonly Case[] = [
  key("letters", "key-%M"),
  key("512 bytes", `%M${LONG}`),
  key("512 bytes of letters of two", `%M${"ä".repeat(250)}`),
  key("512 bytes of letters of four", `%M${"😀".repeat(125)}`),
  key("slashes", "a/b//%M/"),
  key("dots", "...%M"),
  key("dots and slashes", "../../%M"),
  key("a space", " %M "),
  key("quotes and tags", `<script>alert("'%M'")</script>`),
  key("percent signs", "%41%2F%M%%"),
  key("a question mark, a number sign, an ampersand", "?a=b&c#%M"),
  key("a plus", "a+b+%M"),
  key("a backslash", "a\\%M"),
  key("right to left", "\u202e%M"),
  key("a joined emoji", "👩‍👩‍👧%M"),
  key("a byte order mark", "\ufeff%M"),
  key("the last code point", "\u{10ffff}%M"),
  key("a private one", "\ue000%M"),
  key("colons and commas", "a:b,c;d=%M"),
  key("a semicolon", "a;b=%M"),
  key("a line separator", "\u2028%M"),
  accepts("H13", "normal forms are two keys", {
    send: { target: "/v1/items/record/%C3%A4-%M/messages" },
    tells: [{ key: "\u00e4-%M", messages: [{ doc: "%M" }] }],
  }),
  accepts("H13", "the other normal form", {
    send: { target: "/v1/items/record/a%CC%88-%M/messages" },
    tells: [{ key: "a\u0308-%M", messages: [{ doc: "%M" }] }],
  }),
  steps("H13", "upper and lower case are two keys", {
    list: [
      [{ target: "/v1/items/record/a-%M/messages" }, ACCEPTED],
      [{ target: "/v1/items/record/A-%M/messages" }, ACCEPTED],
    ],
    tells: [
      { key: "a-%M", messages: [{ doc: "%M" }] },
      { key: "A-%M", messages: [{ doc: "%M" }] },
    ],
  }),
  steps("H13", "case of escapes does not matter", {
    list: [
      [{ target: "/v1/items/record/%c3%a4%M/messages" }, ACCEPTED],
      [{ target: "/v1/items/record/%C3%A4%M/messages" }, ACCEPTED],
    ],
    tells: [{ key: "ä%M", messages: [{ doc: "%M" }, { doc: "%M" }] }],
  }),
  accepts("H13", "a kind may have to be encoded", {
    send: { target: `/v1/items/${segment("odd/kind ä")}/%M/messages` },
    tells: [{ kind: "odd/kind ä", messages: [{ doc: "%M" }] }],
  }),
  noKey("513 bytes", `%M${LONG}a`),
  noKey("513 bytes of letters of two", `%Ma${segment("ä".repeat(250))}`),
  noKey("a dot", "%2e%2F..%2F%00%M"),
  noKey("a line break", "%M%0A"),
  noKey("a carriage return", "%M%0D%0AX-Evil:%20yes"),
  noKey("a tab", "%M%09"),
  noKey("an escape character", "%1B%5B31m%M"),
  noKey("DEL", "%M%7F"),
  noKey("a control character beyond ASCII", "%M%C2%85"),
  inBatch("none", "null", "WI-HTTP-ENTRY"),
  inBatch("an empty one", '""'),
  inBatch("a dot", '"."'),
  inBatch("two dots", '".."'),
  inBatch("a number", "7", "WI-HTTP-ENTRY"),
  inBatch("a list", '["%M"]', "WI-HTTP-ENTRY"),
  inBatch("a control character", '"%M\\u0007"'),
  inBatch("NUL", '"%M\\u0000"'),
  inBatch("too long", `"%M${LONG}a"`),
  inEvent("an empty one", '""'),
  inEvent("a number", "7"),
  inEvent("an object", '{"toString":1,"valueOf":1}'),
  inEvent("NUL", '"%M\\u0000"'),
  inEvent("two dots", '".."'),
  inEvent("too long", `"%M${LONG}a"`),
  plays("H13", "what is told of a key is no HTML", {
    tells: [{ key: "<b>%M</b>", messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const target = `/v1/items/record/${segment("<b>")}%M${segment("</b>")}`;
      scene.expect(
        await scene.exchange({ target: `${target}/messages` }),
        ACCEPTED,
      );
      const answer = await scene.exchange(bare("GET", target));
      const type = answer.headers.get("content-type") ?? "";
      scene.ensure(
        answer.status === 404 || type === "application/json",
        `its type is ${type}`,
      );
    },
  }),
];

/** Steps with an idempotency key. */
function repeats(
  name: string,
  list: readonly (readonly [Step["send"], Expectation])[],
  tells: Case["tells"] = USUAL,
  site?: SiteName,
): Case {
  return steps("H14", name, { list, tells: tells ?? [], site });
}

function keyed(key: string, draft: Draft = {}): Draft {
  return { ...draft, headers: { "Idempotency-Key": key, ...draft.headers } };
}

const AGAIN = keyed('"%M"');
const OTHER = refused(422);
const TWICE = [{ messages: [{ doc: "%M" }, { doc: "%M" }] }];
const BOB = { Authorization: `Bearer ${TOKENS.bob}` };

function badKey(name: string, value: string | readonly string[]): Case {
  return refuses("H14", `no idempotency key: ${name}`, {
    send: { headers: { "Idempotency-Key": value } },
    by: refused(400, "WI-HTTP-IDEMPOTENCY-KEY"),
  });
}

export const H14: readonly Case[] = [
  repeats("the same again is the same answer", [
    [AGAIN, ACCEPTED],
    [AGAIN, ACCEPTED],
    [AGAIN, ACCEPTED],
  ]),
  plays("H14", "the same answer to the letter", {
    tells: USUAL,
    play: async (scene) => {
      const first = await scene.exchange(AGAIN);
      await scene.site.stage.idle("record", scene.mark.text);
      const second = await scene.exchange(AGAIN);
      scene.expect(second, ACCEPTED);
      scene.ensure(first.text === second.text, `${first.text} ${second.text}`);
      const location = (answer: typeof first) => answer.headers.get("location");
      scene.ensure(location(first) === location(second), "another Location");
    },
  }),
  repeats("a bare key and one in quotes are the same", [
    [keyed("%M"), ACCEPTED],
    [keyed('"%M"'), ACCEPTED],
  ]),
  repeats("another key is another message", [
    [keyed('"%M-1"'), ACCEPTED],
    [keyed('"%M-2"'), ACCEPTED],
  ], TWICE),
  repeats("keys differ in case", [
    [keyed('"%M-a"'), ACCEPTED],
    [keyed('"%M-A"'), ACCEPTED],
  ], TWICE),
  repeats("no key is another message each time", [
    [{}, ACCEPTED],
    [{}, ACCEPTED],
  ], TWICE),
  repeats("a key with another body is refused", [
    [AGAIN, ACCEPTED],
    [keyed('"%M"', { body: '{"doc":"other"}' }), OTHER],
  ]),
  repeats("a key with a body that only looks the same is refused", [
    [AGAIN, ACCEPTED],
    [keyed('"%M"', { body: '{"doc": "%M"}' }), OTHER],
  ]),
  repeats("a key without the body is refused", [
    [AGAIN, ACCEPTED],
    [keyed('"%M"', { body: null }), OTHER],
  ]),
  repeats("a key for another item is refused", [
    [AGAIN, ACCEPTED],
    [
      keyed('"%M"', { target: "/v1/items/record/other-%M/messages" }),
      OTHER,
    ],
  ]),
  repeats("a key with another query is refused", [
    [AGAIN, ACCEPTED],
    [
      keyed('"%M"', { target: "/v1/items/record/%M/messages?delay=1" }),
      OTHER,
    ],
  ]),
  repeats("a key on another route is refused", [
    [AGAIN, ACCEPTED],
    [
      keyed('"%M"', {
        target: "/v1/items/record/messages",
        body: '[{"key":"%M"}]',
      }),
      OTHER,
    ],
  ]),
  repeats("a key is its principal's own", [
    [AGAIN, ACCEPTED],
    [keyed('"%M"', { headers: BOB }), ACCEPTED],
  ], TWICE),
  repeats("a key of what was refused may be used again", [
    [keyed('"%M"', { body: "{" }), refused(400)],
    [AGAIN, ACCEPTED],
  ]),
  repeats("a key of what was not authenticated is unused", [
    [keyed('"%M"', { headers: { Authorization: undefined } }), refused(401)],
    [AGAIN, ACCEPTED],
  ]),
  repeats("a key of what the schema refused may be used again", [
    [
      keyed('"%M"', {
        target: "/v1/items/checked/%M/messages",
        body: '{"doc":1}',
      }),
      refused(422, "WI-INVALID-MESSAGE"),
    ],
    [
      keyed('"%M-2"', { target: "/v1/items/checked/%M/messages" }),
      ACCEPTED,
    ],
  ], [{ kind: "checked", messages: [{ doc: "%M" }] }]),
  repeats("many are enqueued once", [
    [
      keyed('"%M"', {
        target: "/v1/items/record/messages",
        body: '[{"key":"%M","message":1},{"key":"%M","message":2}]',
      }),
      { status: 202, like: { accepted: 2 } },
    ],
    [
      keyed('"%M"', {
        target: "/v1/items/record/messages",
        body: '[{"key":"%M","message":1},{"key":"%M","message":2}]',
      }),
      { status: 202, like: { accepted: 2 } },
    ],
  ], [{ messages: [1, 2] }]),
  repeats("a CloudEvent is told by its source and id", [
    [event('"%M"'), ACCEPTED],
    [event('"%M"'), ACCEPTED],
  ]),
  repeats("another id is another CloudEvent", [
    [event('"%M-1"'), ACCEPTED],
    [event('"%M-2"'), ACCEPTED],
  ], TWICE),
  repeats("another source is another CloudEvent", [
    [event('"%M"', "/a"), ACCEPTED],
    [event('"%M"', "/b"), ACCEPTED],
  ], TWICE),
  repeats("a result that was waited for is the same again", [
    [
      keyed('"%M"', {
        target: "/v1/items/echo/%M/messages",
        headers: { Prefer: "wait=5" },
      }),
      { status: 200, like: { result: { got: [{ doc: "%M" }] } } },
    ],
    [
      keyed('"%M"', {
        target: "/v1/items/echo/%M/messages",
        headers: { Prefer: "wait=5" },
      }),
      { status: 200, like: { result: { got: [{ doc: "%M" }] } } },
    ],
  ], [{ kind: "echo", messages: [{ doc: "%M" }] }]),
  plays("H14", "a key in use is refused for now", {
    site: "keyed",
    tells: [{ kind: "slow", messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const draft = keyed('"%M"', {
        target: "/v1/items/slow/%M/messages",
        headers: { Prefer: "wait=20" },
      });
      const wire = await scene.open();
      wire.write(scene.bytesOf(draft));
      await scene.site.stage.begun(1);
      const second = await scene.exchange(draft);
      scene.expect(second, refused(409));
      const other = keyed('"%M"', {
        ...draft,
        body: "7",
        headers: { Prefer: "wait=20" },
      });
      scene.expect(await scene.exchange(other), refused([409, 422]));
      scene.site.stage.release();
      const first = await wire.answer("POST");
      scene.expect(first, { status: 200, like: { result: "slow result" } });
      const third = await scene.exchange(draft);
      scene.expect(third, { status: 200, like: { result: "slow result" } });
    },
  }),
  plays("H14", "twenty at once are one message", {
    tells: USUAL,
    play: async (scene) => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => scene.exchange(AGAIN)),
      );
      for (const answer of answers) {
        scene.expect(answer, { status: [202, 409] });
      }
      const isSome = answers.some(({ status }) => status === 202);
      scene.ensure(isSome, "nobody was accepted");
    },
  }),
  repeats(
    "after a wait whose time was over it is asked again",
    [
      [
        keyed('"%M"', {
          target: "/v1/items/slow/%M/messages",
          headers: { Prefer: "wait=1" },
        }),
        { status: 202 },
      ],
      [
        async (scene) => {
          await scene.site.stage.begun(1);
          scene.site.stage.release();
          await scene.site.stage.idle("slow", scene.mark.text);
          return keyed('"%M"', {
            target: "/v1/items/slow/%M/messages",
            headers: { Prefer: "wait=5" },
          });
        },
        { status: 200, like: { result: "slow result" } },
      ],
    ],
    [{ kind: "slow", messages: [{ doc: "%M" }] }],
    "impatient",
  ),
  refuses("H14", "a key may be required", {
    site: "keyed",
    send: {},
    by: refused(400),
  }),
  accepts("H14", "a key that is required", { site: "keyed", send: AGAIN }),
  refuses("H14", "a key may be required of many, too", {
    site: "keyed",
    send: {
      target: "/v1/items/record/messages",
      body: '[{"key":"%M"}]',
    },
    by: refused(400),
  }),
  badKey("an empty one", ""),
  badKey("empty quotes", '""'),
  badKey("one quote", '"%M'),
  badKey("a space within", "a %M"),
  badKey("letters beyond ASCII", '"ä%M"'),
  badKey("256 characters", `"${"a".repeat(256)}"`),
  badKey("two of them", ["%M-1", "%M-2"]),
  badKey("a list", '"%M-1", "%M-2"'),
  accepts("H14", "255 characters", {
    send: keyed(`"%M${"a".repeat(243)}"`),
  }),
  repeats("two others make a full cupboard forget the first", [
    [keyed('"%M-1"'), ACCEPTED],
    [keyed('"%M-2"', { target: "/v1/items/record/b-%M/messages" }), ACCEPTED],
    [keyed('"%M-3"', { target: "/v1/items/record/c-%M/messages" }), ACCEPTED],
    // Its answer is forgotten, but the scheduler knows its id.
    [keyed('"%M-1"'), { status: 202, like: { outcome: "duplicate" } }],
  ], [
    { messages: [{ doc: "%M" }] },
    { key: "b-%M", messages: [{ doc: "%M" }] },
    { key: "c-%M", messages: [{ doc: "%M" }] },
  ], "forgetful"),
];

function event(id: string, source: string = "/table"): Draft {
  return {
    target: "/v1/cloudevents",
    headers: { "Content-Type": "application/cloudevents+json" },
    body:
      `{"specversion":"1.0","id":${id},"source":"${source}","type":"record","subject":"%M","data":{"doc":"%M"}}`,
  };
}
