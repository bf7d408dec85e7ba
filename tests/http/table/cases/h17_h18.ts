/**
 * H17: pages of other origins. H18: what an error tells.
 *
 * @module
 */
import type { Case, Draft, Headers, Scene } from "../case.ts";
import type { Answer } from "../parse.ts";
import { NOBODYS, seconds, signed } from "../signing.ts";
import type { SiteName } from "../sites.ts";
import {
  ACCEPTED,
  accepts,
  bare,
  plays,
  refused,
  refuses,
  USUAL,
} from "./make.ts";

const APP = "https://app.example";
const NONE = {
  "Access-Control-Allow-Origin": null,
  "Access-Control-Allow-Credentials": null,
  "Access-Control-Allow-Methods": null,
  "Access-Control-Allow-Headers": null,
};

function preflight(origin: string, headers: Headers = {}): Draft {
  return bare("OPTIONS", "/v1/items/record/%M/messages", {
    "Authorization": undefined,
    "Origin": origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
    ...headers,
  });
}

/** Origins that are not among those that may. */
const STRANGERS: readonly string[] = [
  "https://evil.example",
  "https://app.example.evil.example",
  "https://evil-app.example",
  "http://app.example",
  "https://app.example:8443",
  "https://app.example/",
  "https://APP.EXAMPLE",
  "null",
  "*",
  "",
];

/** What any page can make a browser send, without asking anybody: with what the
 * browser says of it. */
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

function foreign(name: string, send: Draft, site?: SiteName): Case {
  return refuses("H17", `a page of elsewhere: ${name}`, {
    send,
    site,
    by: refused(403, "WI-HTTP-ORIGIN"),
  });
}

function fromPage(name: string, headers: Headers, site?: SiteName): Case {
  return accepts("H17", `a page of here: ${name}`, { site, send: { headers } });
}

const EVIL = { "Origin": "https://evil.example", "Authorization": undefined };
const SILENT = { "Authorization": undefined, "Sec-Fetch-Site": "cross-site" };

const PAGES: readonly Case[] = [
  foreign(
    "a form that pauses",
    bare("POST", "/v1/scheduler/pause", { ...EVIL, ...FORM }),
    "open",
  ),
  foreign(
    "a form that cancels",
    bare("POST", "/v1/items/record/%M/cancel?running=true", {
      ...EVIL,
      "Content-Type": "text/plain",
    }),
    "open",
  ),
  foreign("a mere wake-up", { body: null, headers: EVIL }, "open"),
  foreign(
    "a deletion",
    bare("DELETE", "/v1/items/record/%M", EVIL),
    "open",
  ),
  foreign(
    "many",
    { target: "/v1/items/record/messages", body: "[]", headers: EVIL },
    "open",
  ),
  foreign("it is told before the token", {
    headers: { ...EVIL, Authorization: "Bearer m4rk3r" },
  }),
  foreign("it says no origin", { body: null, headers: SILENT }, "open"),
  foreign("of the same site", {
    body: null,
    headers: { ...SILENT, "Sec-Fetch-Site": "same-site" },
  }, "open"),
  foreign("its origin has no name", {
    headers: { Origin: "null", "Sec-Fetch-Site": "same-origin" },
  }),
  foreign("it came over another scheme", {
    headers: { Origin: "http://127.0.0.1:%P", "Sec-Fetch-Site": "cross-site" },
  }),
  foreign("another port", { headers: { Origin: "http://127.0.0.1:1" } }),
  foreign("another address of the same machine", {
    headers: { Origin: "http://localhost:%P" },
  }),
  fromPage("its origin is the host", { Origin: "http://127.0.0.1:%P" }),
  fromPage("where anyone may ask", {
    "Authorization": undefined,
    "Origin": "http://127.0.0.1:%P",
  }, "open"),
  fromPage("a proxy ended TLS", { Origin: "https://127.0.0.1:%P" }),
  fromPage("the browser says so, and a proxy changed the host", {
    "Origin": "https://work.example",
    "Sec-Fetch-Site": "same-origin",
  }),
  fromPage("its user asked for it", {
    "Authorization": undefined,
    "Sec-Fetch-Site": "none",
  }, "open"),
  fromPage("of an origin that may", {
    "Origin": APP,
    "Sec-Fetch-Site": "cross-site",
  }, "crossed"),
  refuses("H17", "who only looks is let in, and the browser tells nobody", {
    site: "open",
    send: bare("GET", "/v1/stats", { ...EVIL, "Sec-Fetch-Site": "cross-site" }),
    by: { status: 200, headers: NONE },
  }),
];

export const H17: readonly Case[] = [
  refuses("H17", "off: a preflight is no route", {
    send: preflight(APP),
    by: refused(405, "WI-HTTP-METHOD", { headers: NONE }),
  }),
  refuses("H17", "off: a page of another origin may do nothing", {
    send: { headers: { Origin: APP } },
    by: refused(403, "WI-HTTP-ORIGIN", { headers: NONE }),
  }),
  refuses("H17", "a preflight of a known origin is allowed", {
    site: "crossed",
    send: preflight(APP),
    by: {
      status: 204,
      headers: {
        "Access-Control-Allow-Origin": APP,
        "Access-Control-Allow-Credentials": null,
        "Access-Control-Allow-Methods": /\bPOST\b/,
        "Access-Control-Allow-Headers": /authorization/i,
        "Vary": /origin/i,
      },
    },
  }),
  refuses("H17", "a second origin is known as well", {
    site: "open",
    send: preflight("http://localhost:3000"),
    by: {
      status: 204,
      headers: { "Access-Control-Allow-Origin": "http://localhost:3000" },
    },
  }),
  accepts("H17", "an answer allows the origin that asked", {
    site: "crossed",
    send: { headers: { Origin: APP } },
    by: {
      ...ACCEPTED,
      headers: { "Access-Control-Allow-Origin": APP, "Vary": /origin/i },
    },
  }),
  refuses("H17", "an error can be read by the origin that asked", {
    site: "crossed",
    send: { headers: { Origin: APP, Authorization: undefined } },
    by: refused(401, undefined, {
      headers: { "Access-Control-Allow-Origin": APP },
    }),
  }),
  accepts("H17", "a page may read what it needs", {
    site: "crossed",
    send: { headers: { Origin: APP } },
    by: {
      ...ACCEPTED,
      headers: { "Access-Control-Expose-Headers": /location/i },
    },
  }),
  ...STRANGERS.flatMap((origin) => [
    refuses("H17", `a preflight of "${origin}" allows nothing`, {
      site: "crossed",
      send: preflight(origin),
      by: {
        status: [200, 204, 403, 405],
        headers: { "Access-Control-Allow-Origin": null },
      },
    }),
    refuses("H17", `"${origin}" may do nothing`, {
      site: "crossed",
      send: { headers: { Origin: origin } },
      by: refused(403, "WI-HTTP-ORIGIN", {
        headers: { "Access-Control-Allow-Origin": null },
      }),
    }),
  ]),
  ...PAGES,
  plays("H17", "a preflight does no work", {
    site: "crossed",
    play: async (scene) => {
      const before = scene.site.accesses.length;
      const answer = await scene.exchange(preflight(APP));
      scene.ensure(answer.status === 204, `it is ${answer.status}`);
      scene.ensure(scene.site.accesses.length === before, "it was authorized");
    },
  }),
];

const UNKNOWN: readonly (readonly [string, Headers])[] = [
  ["no token", { Authorization: undefined }],
  ["an empty header", { Authorization: "" }],
  ["another scheme", { Authorization: "Basic YWxpY2U6c2VjcmV0" }],
  ["no scheme", { Authorization: "alice-0123456789abcdef" }],
  ["a scheme without a token", { Authorization: "Bearer" }],
  ["a scheme and a space", { Authorization: "Bearer " }],
  ["an unknown token", { Authorization: "Bearer mallory-0123456789abcdef" }],
  ["a token with a wrong end", {
    Authorization: "Bearer alice-0123456789abcdeF",
  }],
  ["a token with a wrong beginning", {
    Authorization: "Bearer blice-0123456789abcdef",
  }],
  ["half a token", { Authorization: "Bearer alice-01234567" }],
  ["a token with more behind it", {
    Authorization: "Bearer alice-0123456789abcdefX",
  }],
  ["a token and another word", {
    Authorization: "Bearer alice-0123456789abcdef x",
  }],
  ["two tokens", {
    Authorization: [
      "Bearer alice-0123456789abcdef",
      "Bearer alice-0123456789abcdef",
    ],
  }],
  ["a token in quotes", { Authorization: 'Bearer "alice-0123456789abcdef"' }],
  ["a token that is no text", { Authorization: "Bearer \x7f%M" }],
  ["a very long token", { Authorization: `Bearer ${"a".repeat(4_000)}` }],
  ["the name of a principal", { Authorization: "Bearer alice" }],
  ["a token in another header", {
    "Authorization": undefined,
    "X-Api-Key": "alice-0123456789abcdef",
  }],
  ["a token in a cookie", {
    "Authorization": undefined,
    "Cookie": "token=alice-0123456789abcdef",
  }],
  ["a token for the proxy", {
    "Authorization": undefined,
    "Proxy-Authorization": "Bearer alice-0123456789abcdef",
  }],
];

/** What may differ from one 401 to the next. */
function constant({ head, text }: Answer): string {
  return `${head}\n${text}`
    .replace(/^(date|x-request-id): .*$/gim, "$1: …")
    .replace(/urn:workitem:request:[A-Za-z0-9_-]+/g, "urn:…");
}

async function sameAsBare(scene: Scene, draft: Draft): Promise<void> {
  const bareOne = await scene.exchange({
    headers: { Authorization: undefined },
  });
  const answer = await scene.exchange(draft);
  scene.expect(answer, { status: 401, byHost: true });
  if (answer.text === "") return; // The host refused it.
  scene.ensure(
    constant(bareOne) === constant(answer),
    `they differ:\n${constant(bareOne)}\n${constant(answer)}`,
  );
}

function silent(
  name: string,
  draft: (scene: Scene) => Draft | Promise<Draft>,
  site?: SiteName,
): Case {
  return plays("H18", `a 401 is always the same: ${name}`, {
    site,
    play: async (scene) => await sameAsBare(scene, await draft(scene)),
  });
}

/** Errors of all kinds; the oracle looks at each. */
const ERRORS: readonly (readonly [string, Draft, number, string?])[] = [
  [
    "an unknown kind",
    { target: "/v1/items/nothing/%M/messages" },
    404,
    "WI-UNKNOWN-KIND",
  ],
  ["an unknown item", bare("GET", "/v1/items/record/%M"), 404, "WI-NO-ITEM"],
  ["an unknown path", bare("GET", "/v1/%M"), 404, "WI-HTTP-NOT-FOUND"],
  ["a wrong method", bare("DELETE", "/v1/stats"), 405, "WI-HTTP-METHOD"],
  [
    "a wrong message",
    {
      target: "/v1/items/checked/%M/messages",
      body: '{"doc":7,"more":"%M"}',
    },
    422,
    "WI-INVALID-MESSAGE",
  ],
  ["wrong JSON", { body: '{"%M"' }, 400, "WI-HTTP-JSON"],
  [
    "a wrong key",
    { target: "/v1/items/record/%M%00/messages" },
    400,
    "WI-HTTP-KEY",
  ],
  ["a wrong query", { target: "/v1/items/record/%M/messages?%M=1" }, 400],
  ["a wrong delay", { target: "/v1/items/record/%M/messages?delay=%M" }, 400],
  [
    "a delay below zero",
    { target: "/v1/items/record/%M/messages?delay=-1" },
    400,
  ],
  ["a wrong time", { target: "/v1/items/record/%M/messages?at=%M" }, 400],
  ["a delay and a time", {
    target: "/v1/items/record/%M/messages?delay=1&at=2030-01-01T00:00:00Z",
  }, 400],
  ["a wrong reschedule", {
    target: "/v1/items/record/%M/messages?reschedule=%M",
  }, 400],
  ["a wrong limit", bare("GET", "/v1/items/record?limit=0"), 400],
  ["a limit beyond all", bare("GET", "/v1/items/record?limit=1001"), 400],
  ["a wrong state", bare("GET", "/v1/items/record?state=%M"), 400],
  [
    "a prefix that no key has",
    bare("GET", `/v1/items/record?prefix=%M${"a".repeat(512)}`),
    400,
    "WI-HTTP-QUERY",
  ],
  [
    "a cursor that no page had",
    bare("GET", `/v1/items/record?cursor=%M${"a".repeat(1_536)}`),
    400,
    "WI-HTTP-QUERY",
  ],
  [
    "an id that no letter has",
    bare("POST", `/v1/dead/record/%M/redrive?id=%M${"a".repeat(512)}`),
    400,
    "WI-HTTP-QUERY",
  ],
  ["a wrong flag", bare("POST", "/v1/items/record/%M/cancel?running=%M"), 400],
  [
    "a run that fails",
    {
      target: "/v1/items/failing/%M/messages",
      headers: { Prefer: "wait=5" },
    },
    502,
    "WI-RUN-FAILED",
  ],
];

export const H18: readonly Case[] = [
  ...UNKNOWN.map(([name, headers]) => silent(name, () => ({ headers }))),
  silent("an item that is another's", () => ({
    target: "/v1/items/record/private-%M/messages",
    headers: { Authorization: undefined },
  })),
  silent("an unknown kind", () => ({
    target: "/v1/items/nothing/%M/messages",
    headers: { Authorization: undefined },
  })),
  silent(
    "a bad signature",
    ({ mark }) => signed(mark, { signing: { secret: NOBODYS } }),
    "hooked",
  ),
  silent(
    "a signature that is too old",
    ({ mark }) => signed(mark, { signing: { timestamp: seconds(-1_000) } }),
    "hooked",
  ),
  silent(
    "a signature of another body",
    ({ mark }) => signed(mark, { draft: { body: "{}" } }),
    "hooked",
  ),
  silent("a signature that is malformed", ({ mark }) =>
    signed(mark, {
      headers: (good) => ({ ...good, "webhook-signature": "nonsense" }),
    }), "hooked"),
  silent("a signature that is not there", ({ mark }) =>
    signed(mark, {
      headers: (good) => ({ ...good, "webhook-signature": undefined }),
    }), "hooked"),
  silent("either, a bad token", () => ({
    headers: { Authorization: "Bearer mallory-0123456789abcdef" },
  }), "either"),
  silent(
    "either, a bad signature",
    ({ mark }) => signed(mark, { signing: { secret: NOBODYS } }),
    "either",
  ),
  ...ERRORS.map(([name, send, status, code]) =>
    refuses("H18", `an error says what to know: ${name}`, {
      send: name === "a run that fails"
        ? { ...send, target: "/v1/items/failing/%M/messages" }
        : send,
      by: refused(status, code),
    })
  ).map((one) =>
    one.name.endsWith("a run that fails")
      ? { ...one, tells: [{ kind: "failing", messages: [{ doc: "%M" }] }] }
      : one
  ),
  refuses("H18", "what is wrong with a message is told by its place", {
    send: { target: "/v1/items/checked/%M/messages", body: '{"doc":7}' },
    by: refused(422, "WI-INVALID-MESSAGE", {
      like: {
        errors: [{ pointer: "/a~1b/~0/0/doc", detail: "expected a text" }],
      },
    }),
  }),
  plays("H18", "a run that fails is told by name and code, not by its text", {
    tells: [{ kind: "failing", messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const answer = await scene.exchange({
        target: "/v1/items/failing/%M/messages",
        headers: { Prefer: "wait=5" },
      });
      scene.expect(answer, {
        status: 502,
        code: "WI-RUN-FAILED",
        like: { detail: /OwnError/ },
      });
      scene.ensure(answer.text.includes("OWN-CODE"), "its code is not told");
    },
  }),
  plays("H18", "a run that fails is told in full if that was asked for", {
    site: "exposing",
    tells: [{ kind: "failing", messages: [{ doc: "%M" }] }],
    play: async (scene) => {
      const answer = await scene.exchange({
        target: "/v1/items/failing/%M/messages",
        headers: { Prefer: "wait=5" },
      });
      scene.ensure(answer.status === 502, `it is ${answer.status}`);
      const isTold = answer.text.includes("secret-of-the-run");
      scene.ensure(isTold, `its text is not told: ${answer.text}`);
    },
  }),
  plays("H18", "each answer has an id of its own", {
    tells: [{ messages: Array.from({ length: 10 }, () => ({ doc: "%M" })) }],
    play: async (scene) => {
      const ids = new Set<string>();
      for (let n = 0; n < 10; n++) {
        const { headers } = await scene.exchange({});
        ids.add(headers.get("x-request-id") ?? "");
      }
      scene.ensure(ids.size === 10, `there are ${ids.size}`);
    },
  }),
  accepts("H18", "an id that the caller made up is not taken over", {
    send: { headers: { "X-Request-Id": "%M" } },
    by: { ...ACCEPTED, headers: { "X-Request-Id": /^(?!m4rk3r)/ } },
    tells: USUAL,
  }),
];
