/**
 * H15, again: what one sender takes for long, and what strangers take, is not
 * all that there is.
 *
 * @module
 */
import type { Case, Draft, Expectation, Scene } from "../case.ts";
import { TOKENS } from "../draft.ts";
import { seconds, signed } from "../signing.ts";
import type { SiteName } from "../sites.ts";
import type { Wire } from "../wire.ts";
import { ACCEPTED, bare, plays, refused } from "./make.ts";

const BOB = { Authorization: `Bearer ${TOKENS.bob}` };
const NOBODY = { Authorization: undefined };
const AFTER = { "Retry-After": /^[1-9]\d*$/ };

function waitingFor(key: string, draft: Draft = {}): Draft {
  return {
    target: `/v1/items/slow/${key}-%M/messages`,
    ...draft,
    headers: { Prefer: "wait=20", ...draft.headers },
  };
}

/** Sends it, and does not wait for the answer. */
async function begin(scene: Scene, draft: Draft): Promise<Wire> {
  const wire = await scene.open();
  wire.write(scene.bytesOf(draft));
  return wire;
}

/** It is refused while its body has not come, and never will. */
function unread(
  name: string,
  { site, draft }: {
    readonly site: SiteName;
    readonly draft: (scene: Scene) => Draft | Promise<Draft>;
  },
): Case {
  return plays("H15", `no body is waited for: ${name}`, {
    site,
    play: async (scene) => {
      const { headers } = await draft(scene);
      const half = { headers: headers ?? {}, body: "", framing: "8000" };
      const wire = await begin(scene, half);
      scene.expect(await wire.answer("POST"), refused(401));
    },
  });
}

async function streams(
  scene: Scene,
  headers: Draft["headers"] = {},
): Promise<Wire> {
  const wire = await begin(scene, bare("GET", "/v1/events", headers));
  await wire.text("\r\n\r\n");
  return wire;
}

export const SHARES: readonly Case[] = [
  plays(
    "H15",
    "who waits takes the place of nobody, and no more than a share",
    {
      site: "patient",
      tells: [
        { kind: "slow", key: "a-%M", messages: [{ doc: "%M" }] },
        { kind: "slow", key: "b-%M", messages: [{ doc: "%M" }] },
        { kind: "slow", key: "c-%M", messages: [{ doc: "%M" }] },
        { messages: [{ doc: "%M" }] },
        { key: "b-%M", messages: [{ doc: "%M" }] },
      ],
      play: async (scene) => {
        const unwaited: Expectation = {
          ...ACCEPTED,
          headers: { "Preference-Applied": null },
        };
        const target = "/v1/items/record/b-%M/messages";
        const first = await begin(scene, waitingFor("a"));
        await scene.site.stage.begun(1);
        scene.expect(await scene.exchange(waitingFor("b")), unwaited);
        scene.expect(await scene.exchange({}), ACCEPTED);
        scene.expect(await scene.exchange({ target, headers: BOB }), ACCEPTED);
        const other = await begin(scene, waitingFor("c", { headers: BOB }));
        await scene.site.stage.begun(3);
        scene.site.stage.release();
        for (const wire of [first, other]) {
          scene.expect(await wire.answer("POST"), { status: 200 });
        }
      },
    },
  ),
  plays(
    "H15",
    "one sender has its share of the streams, and others have theirs",
    {
      site: "patient",
      play: async (scene) => {
        const open = [await streams(scene), await streams(scene)];
        const third = await scene.exchange(bare("GET", "/v1/events"));
        scene.expect(
          third,
          refused(429, "WI-HTTP-STREAMS", { headers: AFTER }),
        );
        open.push(await streams(scene, BOB));
        for (const wire of open) wire.drop();
      },
    },
  ),
  plays("H15", "strangers take half of the places at most", {
    site: "doubtful",
    tells: [{ messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const { headers = {} } = await signed(scene.mark);
      const half = { headers, body: "", framing: "8000" };
      const first = await begin(scene, half);
      await doubted(scene, half);
      scene.expect(await scene.exchange({ headers: BOB }), ACCEPTED);
      first.drop("reset");
    },
  }),
  unread("nothing is signed", {
    site: "either",
    draft: () => ({ headers: NOBODY }),
  }),
  unread("nothing is signed, and nobody has a token", {
    site: "hooked",
    draft: () => ({ headers: NOBODY }),
  }),
  unread("what is signed is too old", {
    site: "either",
    draft: ({ mark }) =>
      signed(mark, { signing: { timestamp: seconds(-400) } }),
  }),
  unread("what is signed has no time", {
    site: "either",
    draft: ({ mark }) => signed(mark, { signing: { timestamp: "now" } }),
  }),
  unread("what is signed is of no version", {
    site: "either",
    draft: ({ mark }) =>
      signed(mark, {
        headers: (good) => ({ ...good, "webhook-signature": "v2,AAAA" }),
      }),
  }),
];

/** Waits until the stranger has its place: another is then refused. */
async function doubted(scene: Scene, half: Draft): Promise<void> {
  for (;;) {
    const { headers = {} } = half;
    const answer = await scene.exchange({ headers, body: "x" });
    if (answer.status !== 503) continue;
    scene.expect(answer, refused(503, "WI-HTTP-CAPACITY", { headers: AFTER }));
    return;
  }
}
