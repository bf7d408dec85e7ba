/**
 * H1: secure by default. H2: in which order a request is refused.
 *
 * @module
 */
import type { Case, Draft } from "../case.ts";
import { ROUTES } from "../routes.ts";
import type { SiteName } from "../sites.ts";
import { accepts, plays, refused, refuses } from "./make.ts";

const NOBODY = { Authorization: undefined };

const unauthenticated: readonly Case[] = ROUTES.filter(
  ({ isPublic }) => !isPublic,
).map(({ method, target, body, type }) =>
  refuses("H1", `${method} ${target} wants to know who asks`, {
    send: {
      method,
      target,
      body: body ?? null,
      headers: { ...NOBODY, ...(type && { "Content-Type": type }) },
    },
    by: refused(401, undefined, {
      headers: { "WWW-Authenticate": /^Bearer realm="/ },
    }),
  })
);

/** Options that say too little, or too much, of who may ask. */
const OPTIONS: readonly (readonly [name: string, options: unknown])[] = [
  ["no options", undefined],
  ["no auth", {}],
  ["auth: undefined", { auth: undefined }],
  ["auth: null", { auth: null }],
  ["auth: false", { auth: false }],
  ["auth: true", { auth: true }],
  ["auth: a token itself", { auth: "alice-0123456789abcdef" }],
  ['auth: "NONE"', { auth: "NONE" }],
  ["auth: an empty list", { auth: [] }],
  ['auth: a list with "none"', { auth: ["none"] }],
  ["auth: an empty object", { auth: {} }],
  ["an unknown option", { auth: "none", atuh: "none" }],
];

export const H1: readonly Case[] = [
  ...OPTIONS.map(([name, options]) =>
    plays("H1", `an endpoint is not made with ${name}`, {
      site: "open",
      play: (scene) => {
        const { workItems } = scene.packages.http;
        const { source } = scene.site.stage;
        try {
          workItems(source, options as never); // Wrong on purpose.
          scene.ensure(false, "it was made");
        } catch (error) {
          scene.ensure(error instanceof TypeError, `it threw ${error}`);
          const isSilent = !String(error).includes("alice-");
          scene.ensure(isSilent, `it shows the token: ${error}`);
        }
        return Promise.resolve();
      },
    })
  ),
  ...unauthenticated,
  refuses("H1", "GET /healthz needs nobody", {
    send: { method: "GET", target: "/healthz", headers: NOBODY },
    by: { status: 200, like: { status: "ok" } },
  }),
  refuses("H1", "GET /readyz needs nobody", {
    send: { method: "GET", target: "/readyz", headers: NOBODY },
    by: { status: 200, like: { status: "ok" } },
  }),
  accepts("H1", 'auth: "none" lets everybody in', {
    site: "open",
    send: { headers: NOBODY },
  }),
  accepts("H1", 'auth: "none" takes no offence at a token', { site: "open" }),
];

/** A request that breaks two rules, and which is told. */
function first(
  name: string,
  send: Draft,
  by: readonly [status: number, code?: string | RegExp],
  site?: SiteName,
): Case {
  return refuses("H2", name, { send, by: refused(...by), site });
}

const BIG = "262145";
const BROKEN = "{";
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const ZIPPED = { "Content-Encoding": "gzip" };

export const H2: readonly Case[] = [
  first("route before authentication", {
    target: "/v1/nothing/%M",
    headers: NOBODY,
  }, [404, "WI-HTTP-NOT-FOUND"]),
  first("method before authentication", {
    method: "PUT",
    headers: NOBODY,
    body: BROKEN,
  }, [405, "WI-HTTP-METHOD"]),
  first(
    "route before Host",
    {
      target: "/v1/nothing",
      headers: { Host: "evil.example" },
    },
    [404, "WI-HTTP-NOT-FOUND"],
    "open",
  ),
  first(
    "method before Host",
    {
      method: "PUT",
      headers: { Host: "evil.example" },
    },
    [405, "WI-HTTP-METHOD"],
    "open",
  ),
  first(
    "Host before the type",
    {
      headers: { Host: "evil.example", ...FORM },
    },
    [421],
    "open",
  ),
  first(
    "Host before the body",
    {
      headers: { Host: "evil.example" },
      framing: BIG,
      body: "",
    },
    [421],
    "open",
  ),
  first("authentication before the scheduler's state", { headers: NOBODY }, [
    401,
  ], "closed"),
  first("authentication before the type", {
    headers: { ...NOBODY, ...FORM },
  }, [401]),
  first("authentication before the coding", {
    headers: { ...NOBODY, ...ZIPPED },
  }, [401]),
  first("authentication before the size", {
    headers: NOBODY,
    framing: BIG,
    body: "",
  }, [401]),
  first("authentication before the JSON", {
    headers: NOBODY,
    body: BROKEN,
  }, [401]),
  first("authentication before the query", {
    target: "/v1/items/record/%M/messages?nonsense=1",
    headers: NOBODY,
  }, [401]),
  first("authentication before the kind", {
    target: "/v1/items/nothing/%M/messages",
    headers: NOBODY,
  }, [401]),
  first("authentication before a bad Prefer", {
    headers: { ...NOBODY, "Prefer": "wait=zz" },
  }, [401]),
  first("the scheduler's state before the type", { headers: FORM }, [
    503,
    "WI-CLOSED",
  ], "closed"),
  first("the scheduler's state before the coding", { headers: ZIPPED }, [
    503,
    "WI-CLOSED",
  ], "closed"),
  first(
    "the scheduler's state before the body",
    {
      framing: BIG,
      body: "",
    },
    [503, "WI-CLOSED"],
    "closed",
  ),
  first("the scheduler's state before the JSON", { body: BROKEN }, [
    503,
    "WI-CLOSED",
  ], "closed"),
  first("the type before the size", {
    headers: FORM,
    framing: BIG,
    body: "",
  }, [415]),
  first("the coding before the size", {
    headers: ZIPPED,
    framing: BIG,
    body: "",
  }, [415]),
  first("the query before the size", {
    target: "/v1/items/record/%M/messages?nonsense=1",
    framing: BIG,
    body: "",
  }, [400]),
  first("the type before the JSON", { headers: FORM, body: BROKEN }, [415]),
  first("the size before the JSON", {
    body: BROKEN.repeat(262_145),
  }, [413]),
  first("the JSON before the kind's schema", {
    target: "/v1/items/checked/%M/messages",
    body: '{"doc":1,}',
  }, [400, "WI-HTTP-JSON"]),
  first("what may be done before the JSON", {
    target: "/v1/items/secret/%M/messages",
    body: BROKEN,
  }, [403, "WI-HTTP-FORBIDDEN"]),
  first("what may be done before whether there is such a kind", {
    target: "/v1/items/nothing/private-%M/messages",
  }, [403, "WI-HTTP-FORBIDDEN"]),
  refuses("H2", "a signature before the JSON", {
    site: "hooked",
    send: {
      body: BROKEN,
      headers: {
        ...NOBODY,
        "webhook-id": "a",
        "webhook-timestamp": "1",
        "webhook-signature": "v1,AAAA",
      },
    },
    by: refused(401),
  }),
  refuses("H2", "the size before a signature", {
    site: "hooked",
    send: { headers: NOBODY, framing: BIG, body: "" },
    by: refused([401, 413]),
  }),
];
