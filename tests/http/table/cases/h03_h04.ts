/**
 * H3: signatures of Standard Webhooks. H4: replays of them.
 *
 * @module
 */
import type { Case, Headers } from "../case.ts";
import { ENQUEUE } from "../draft.ts";
import {
  NEW,
  NOBODYS,
  OLD,
  OTHER,
  seconds,
  type Signed,
  signed,
  type Signing,
} from "../signing.ts";
import {
  ACCEPTED,
  accepts,
  plays,
  refused,
  refuses,
  steps,
  USUAL,
} from "./make.ts";

type Good = Readonly<Record<string, string>>;

const SIGNATURE = "webhook-signature";

/** A function is asked when the request is sent: for what is near a limit. */
type Change = Signed | (() => Signed);

function changed(change: Change): Signed {
  return typeof change === "function" ? change() : change;
}

function good(name: string, change: Change = {}): Case {
  return accepts("H3", name, {
    site: "hooked",
    send: ({ mark }) => signed(mark, changed(change)),
  });
}

function bad(name: string, change: Change): Case {
  return refuses("H3", name, {
    site: "hooked",
    send: ({ mark }) => signed(mark, changed(change)),
    by: refused(401, undefined, { headers: { "WWW-Authenticate": /\S/ } }),
  });
}

/** Signed for what it says. */
function saying(name: string, signing: Partial<Signing>): Case {
  return bad(name, { signing });
}

/** Signed well, then spoiled. */
function spoiled(name: string, headers: (good: Good) => Headers): Case {
  return bad(name, { headers });
}

export const H3: readonly Case[] = [
  good("a good signature is accepted"),
  good("the old secret is good as well", { signing: { secret: OLD } }),
  good("another sender has another secret", { signing: { secret: OTHER } }),
  good("one of several signatures is enough", {
    headers: (all) => ({ ...all, [SIGNATURE]: `v1,AAAA ${all[SIGNATURE]}` }),
  }),
  good("unknown versions are passed over", {
    headers: (all) => ({
      ...all,
      [SIGNATURE]: `v2,AAAA v1a,AAAA ${all[SIGNATURE]}`,
    }),
  }),
  good("it may be almost five minutes old", () => ({
    signing: { timestamp: seconds(-297) },
  })),
  good("it may be almost five minutes early", () => ({
    signing: { timestamp: seconds(299) },
  })),
  good("an id of 200 characters is good", {
    signing: { id: "i".repeat(200) },
  }),
  good("names of headers are of any case", {
    headers: (all) =>
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => [name.toUpperCase(), value]),
      ),
  }),
  saying("nobody's secret", { secret: NOBODYS }),
  bad("too old", () => ({ signing: { timestamp: seconds(-302) } })),
  bad("too early", () => ({ signing: { timestamp: seconds(304) } })),
  saying("of 1970", { timestamp: "0" }),
  saying("a time with a fraction", { timestamp: `${seconds()}.0` }),
  saying("a time with a sign", { timestamp: `+${seconds()}` }),
  saying("a time as hexadecimal", {
    timestamp: `0x${Number(seconds()).toString(16)}`,
  }),
  saying("a time as a power", {
    timestamp: `${Number(seconds()) / 1_000}e3`,
  }),
  saying("a time in milliseconds", { timestamp: `${seconds()}000` }),
  saying("a time that is no number", { timestamp: "now" }),
  saying("an id with a full stop", { id: "a.b" }),
  saying("an empty id", { id: "" }),
  saying("another body", { body: '{"doc":"else"}' }),
  spoiled("no id", (all) => ({ ...all, "webhook-id": undefined })),
  spoiled("no time", (all) => ({ ...all, "webhook-timestamp": undefined })),
  spoiled("no signature", (all) => ({ ...all, [SIGNATURE]: undefined })),
  spoiled("an empty signature", (all) => ({ ...all, [SIGNATURE]: "" })),
  spoiled("another id", (all) => ({ ...all, "webhook-id": "else" })),
  spoiled("another time", (all) => ({
    ...all,
    "webhook-timestamp": seconds(1),
  })),
  spoiled("two ids", (all) => ({
    ...all,
    "webhook-id": [all["webhook-id"] ?? "", "else"],
  })),
  spoiled("no version", (all) => ({
    ...all,
    [SIGNATURE]: all[SIGNATURE]?.slice(3),
  })),
  spoiled("only an unknown version", (all) => ({
    ...all,
    [SIGNATURE]: all[SIGNATURE]?.replace("v1,", "v2,"),
  })),
  spoiled("a signature cut short", (all) => ({
    ...all,
    [SIGNATURE]: all[SIGNATURE]?.slice(0, -8),
  })),
  spoiled("a signature with more behind it", (all) => ({
    ...all,
    [SIGNATURE]: `${all[SIGNATURE]}AAAA`,
  })),
  spoiled("a signature that is no base64", (all) => ({
    ...all,
    [SIGNATURE]: "v1,****",
  })),
  spoiled("commas between signatures", (all) => ({
    ...all,
    [SIGNATURE]: `v1,AAAA,${all[SIGNATURE]}`,
  })),
  spoiled("a token instead", () => ({
    Authorization: `Bearer ${NEW}`,
  })),
  refuses("H3", "where both will do, a bad signature is no token", {
    site: "either",
    send: ({ mark }) => signed(mark, { signing: { secret: NOBODYS } }),
    by: refused(401),
  }),
  accepts("H3", "where both will do, a signature does", {
    site: "either",
    send: ({ mark }) => signed(mark),
  }),
  accepts("H3", "where both will do, a token does", { site: "either" }),
];

export const H4: readonly Case[] = [
  steps("H4", "the same message again is the same answer, once", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [({ mark }) => signed(mark), { ...ACCEPTED, status: [200, 202] }],
      [({ mark }) => signed(mark), { ...ACCEPTED, status: [200, 202] }],
    ],
    tells: USUAL,
  }),
  steps("H4", "the same id signed at another second is a replay too", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [
        ({ mark }) => signed(mark, { signing: { timestamp: seconds(-9) } }),
        { ...ACCEPTED, status: [200, 202] },
      ],
    ],
    tells: USUAL,
  }),
  steps("H4", "another id is another message", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [
        ({ mark }) => signed(mark, { signing: { id: `b_${mark.text}` } }),
        ACCEPTED,
      ],
    ],
    tells: [{ messages: [{ doc: "%M" }, { doc: "%M" }] }],
  }),
  steps("H4", "the same id of another sender is another message", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [({ mark }) => signed(mark, { signing: { secret: OTHER } }), ACCEPTED],
    ],
    tells: [{ messages: [{ doc: "%M" }, { doc: "%M" }] }],
  }),
  steps("H4", "the same id with the sender's old secret is a replay", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [
        ({ mark }) => signed(mark, { signing: { secret: OLD } }),
        { ...ACCEPTED, status: [200, 202] },
      ],
    ],
    tells: USUAL,
  }),
  steps("H4", "the same id with another body is refused", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [
        ({ mark }) =>
          signed(mark, {
            signing: { body: '{"doc":"other"}' },
            draft: { body: '{"doc":"other"}' },
          }),
        refused(422),
      ],
    ],
    tells: USUAL,
  }),
  steps("H4", "the same id for another item is refused", {
    site: "hooked",
    list: [
      [({ mark }) => signed(mark), ACCEPTED],
      [
        ({ mark }) =>
          signed(mark, {
            draft: { target: "/v1/items/record/b-%M/messages" },
          }),
        refused(422),
      ],
    ],
    tells: USUAL,
  }),
  steps("H4", "what was not signed gives no other id", {
    site: "hooked",
    list: [
      [
        ({ mark }) => signed(mark, { draft: { target: `${ENQUEUE}?id=%M` } }),
        refused(400, "WI-HTTP-QUERY"),
      ],
      [({ mark }) => signed(mark), ACCEPTED],
    ],
    tells: USUAL,
  }),
  steps("H4", "what was refused may be sent again", {
    site: "hooked",
    list: [
      [
        ({ mark }) => signed(mark, { signing: { secret: NOBODYS } }),
        refused(401),
      ],
      [({ mark }) => signed(mark), ACCEPTED],
    ],
    tells: USUAL,
  }),
  plays("H4", "ten at once are one message", {
    site: "hooked",
    tells: USUAL,
    play: async (scene) => {
      const draft = await signed(scene.mark);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => scene.exchange(draft)),
      );
      for (const answer of answers) {
        scene.expect(answer, { status: [200, 202, 409] });
      }
      const first = answers.filter(({ status }) => status !== 409);
      scene.ensure(first.length > 0, "nobody was accepted");
    },
  }),
];
