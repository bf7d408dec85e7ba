/**
 * H11: which types are taken. H12: which paths and methods there are, the same
 * through every host and mount.
 *
 * @module
 */
import type { Case, Draft, Headers } from "../case.ts";
import { ENQUEUE } from "../draft.ts";
import { ROUTES } from "../routes.ts";
import type { SiteName } from "../sites.ts";
import { accepts, bare, plays, refused, refuses } from "./make.ts";

const BATCH = "/v1/items/record/messages";

function type(name: string, headers: Headers, draft: Draft = {}): Case {
  return refuses("H11", `refused: ${name}`, {
    send: { ...draft, headers },
    by: refused(415),
  });
}

function known(name: string, value: string): Case {
  return accepts("H11", `taken: ${name}`, {
    send: { headers: { "Content-Type": value } },
  });
}

export const H11: readonly Case[] = [
  known("application/json", "application/json"),
  known("in upper case", "APPLICATION/JSON"),
  known("with its charset", "application/json; charset=utf-8"),
  known("with its charset in quotes", 'application/json; charset="utf-8"'),
  known("with its charset in upper case", "application/json;CHARSET=UTF-8"),
  type("none", { "Content-Type": undefined }),
  type("an empty one", { "Content-Type": "" }),
  type("text/plain, as a form may send", { "Content-Type": "text/plain" }),
  type("a form", { "Content-Type": "application/x-www-form-urlencoded" }),
  type("a form of parts", {
    "Content-Type": "multipart/form-data; boundary=m4rk3r",
  }),
  type("text/json", { "Content-Type": "text/json" }),
  type("application/jsonx", { "Content-Type": "application/jsonx" }),
  type("application/json-patch+json", {
    "Content-Type": "application/json-patch+json",
  }),
  type("application/problem+json", {
    "Content-Type": "application/problem+json",
  }),
  type("application/xml", { "Content-Type": "application/xml" }),
  type("text/plain that mentions JSON", {
    "Content-Type": "text/plain; application/json",
  }),
  type("another charset", {
    "Content-Type": "application/json; charset=iso-8859-1",
  }),
  type("UTF-16", { "Content-Type": "application/json; charset=utf-16" }),
  type("UTF-7", { "Content-Type": "application/json; charset=utf-7" }),
  type("a parameter that nobody knows", {
    "Content-Type": "application/json; m4rk3r=1",
  }),
  type("two types", {
    "Content-Type": ["application/json", "text/plain"],
  }),
  type("two types in one", { "Content-Type": "application/json, text/plain" }),
  type("a type without an end", { "Content-Type": "application/json;" + '"' }),
  type("lines where there is one message", {
    "Content-Type": "application/x-ndjson",
  }),
  type("CSV where there are many", { "Content-Type": "text/csv" }, {
    target: BATCH,
    body: "[]",
  }),
  type("CloudEvents in batches", {
    "Content-Type": "application/cloudevents-batch+json",
  }, { target: "/v1/cloudevents", body: "[]" }),
  ...["{}", '{"toString":1,"valueOf":1}', "[]", "7", "true", '""'].map((of) =>
    type(`an event whose data are of ${of}`, {
      "Content-Type": "application/cloudevents+json",
    }, {
      target: "/v1/cloudevents",
      body:
        `{"specversion":"1.0","id":"1","source":"/t","type":"record","subject":"%M","datacontenttype":${of},"data":1}`,
    })
  ),
  type("CloudEvents as XML", {
    "Content-Type": "application/cloudevents+xml",
  }, { target: "/v1/cloudevents", body: "<event/>" }),
  accepts("H11", "lines where there are many", {
    send: {
      target: BATCH,
      headers: { "Content-Type": "application/x-ndjson; charset=utf-8" },
      body: '{"key":"%M","message":{"doc":"%M"}}\n',
    },
    by: { status: 202, like: { accepted: 1 } },
  }),
  accepts("H11", "no type is needed without a body", {
    send: { body: null, headers: { "Content-Type": undefined } },
    tells: [{ messages: [] }],
  }),
];

/** There is nothing there. */
function nothing(name: string, draft: Draft, byHost: boolean = false): Case {
  return refuses("H12", `nothing there: ${name}`, {
    send: draft,
    by: refused(404, "WI-HTTP-NOT-FOUND", { byHost }),
  });
}

function badKey(name: string, target: string, byHost: boolean = false): Case {
  return refuses("H12", `no key: ${name}`, {
    send: { target },
    by: refused(400, "WI-HTTP-KEY", { byHost }),
  });
}

function other(name: string, draft: Draft, allow: RegExp): Case {
  return refuses("H12", `wrong method: ${name}`, {
    send: draft,
    by: refused(405, "WI-HTTP-METHOD", { headers: { Allow: allow } }),
  });
}

/** The same as without what stands in its path. */
function same(name: string, target: string): Case {
  return accepts("H12", `the same: ${name}`, { send: { target } });
}

const METHODS: readonly Case[] = ROUTES.map(({ method, target }) =>
  other(
    `PUT ${target} for ${method}`,
    bare("PUT", target),
    new RegExp(`\\b${method}\\b`),
  )
);

const HEADS: readonly Case[] = ROUTES.filter(({ method, target }) =>
  method === "GET" && target !== "/v1/events" && !target.includes("%M") &&
  !target.includes("dead")
).map(({ target }) =>
  refuses("H12", `HEAD ${target} has no body`, {
    send: { ...bare("HEAD", target) },
    by: { status: 200, headers: { "Content-Type": /\S/ } },
  })
);

export const H12: readonly Case[] = [
  nothing("/", bare("GET", "/")),
  nothing("/v1", bare("GET", "/v1")),
  nothing("/v1/", bare("GET", "/v1/")),
  nothing("/v2/kinds", bare("GET", "/v2/kinds")),
  nothing("/V1/kinds", bare("GET", "/V1/kinds")),
  nothing("/v1/kinds/", bare("GET", "/v1/kinds/")),
  nothing("//v1/kinds", bare("GET", "//v1/kinds")),
  nothing("/v1//kinds", bare("GET", "/v1//kinds")),
  nothing("/v1/kinds/%M", bare("GET", "/v1/kinds/%M")),
  nothing("a path in encoded letters", bare("GET", "/v1/%6Binds/x")),
  nothing("an encoded slash for a slash", bare("GET", "/v1%2Fkinds")),
  nothing("a slash at the end", { target: `${ENQUEUE}/` }),
  nothing("no kind", { target: "/v1/items//%M/messages" }),
  nothing("one segment too many", { target: `${ENQUEUE}/x` }),
  nothing("a file of the host", bare("GET", "/../../etc/passwd")),
  nothing(
    "a file of the host, encoded",
    bare("GET", "/%2e%2e/%2e%2e/etc/passwd"),
  ),
  nothing("/favicon.ico", bare("GET", "/favicon.ico")),
  nothing("/.env", bare("GET", "/.env")),
  nothing("/metrics/", bare("GET", "/metrics/")),
  nothing("a matrix parameter", bare("GET", "/v1/kinds;x=1")),
  nothing("ten thousand characters", bare("GET", `/v1/${"a".repeat(10_000)}`)),
  nothing(
    "ten thousand slashes",
    bare("GET", `/v1${"/".repeat(10_000)}`),
  ),
  nothing(
    "sixty thousand characters",
    bare("GET", `/${"a".repeat(60_000)}`),
    true,
  ),
  nothing("an action that there is not", {
    target: "/v1/items/record/%M/explode",
  }),
  nothing("OPTIONS *", bare("OPTIONS", "*"), true),
  refuses("H12", "GET *", {
    send: bare("GET", "*"),
    by: refused([400, 404], undefined, { byHost: true }),
  }),
  refuses("H12", "CONNECT", {
    send: bare("CONNECT", "127.0.0.1:%P"),
    by: refused([404, 405], undefined, { byHost: true }),
  }),
  refuses("H12", "a target without a slash", {
    send: bare("GET", "v1/kinds"),
    by: refused([400, 404], undefined, { byHost: true }),
  }),
  refuses("H12", "a space in the target", {
    send: bare("GET", "/v1/ki nds"),
    by: refused([400, 404], undefined, { byHost: true }),
  }),
  refuses("H12", "raw bytes beyond ASCII are the item that they encode", {
    send: { raw: `GET /v1/nothing/ä HTTP/1.1\r\nHost: a\r\n\r\n` },
    by: refused(404, undefined, { byHost: true }),
  }),
  badKey("half an escape", "/v1/items/record/%M%/messages"),
  badKey("an escape of one digit", "/v1/items/record/%M%4/messages"),
  badKey("an escape that is none", "/v1/items/record/%M%zz/messages"),
  badKey("NUL", "/v1/items/record/%M%00/messages"),
  badKey("an overlong slash", "/v1/items/record/%M%C0%AF/messages"),
  badKey("half a character", "/v1/items/record/%M%E2%82/messages"),
  badKey("a surrogate", "/v1/items/record/%M%ED%A0%80/messages"),
  badKey("a byte beyond all", "/v1/items/record/%M%FF/messages"),
  badKey("a kind that is none", "/v1/items/%zz/%M/messages"),
  badKey("a kind with NUL", "/v1/items/rec%00ord/%M/messages"),
  badKey(
    "ten thousand characters",
    `/v1/items/record/%M${"a".repeat(9_000)}/messages`,
  ),
  same("a dot segment", "/v1/./items/record/./%M/messages"),
  same("a dot segment, encoded", "/v1/%2e/items/record/%2E/%M/messages"),
  same("two dots", "/v1/items/x/../record/%M/messages"),
  same("two dots, encoded", "/v1/items/x/%2e%2E/record/%M/messages"),
  same("two dots, half encoded", "/v1/items/x/.%2e/record/%M/messages"),
  same("letters that need not be encoded", "/%76%31/items/record/%M/messages"),
  same(
    "a target that is a URL",
    "http://127.0.0.1:%P/v1/items/record/%M/messages",
  ),
  same(
    "a target that is a URL of another host",
    "http://other.example/v1/items/record/%M/messages",
  ),
  same("an empty query", "/v1/items/record/%M/messages?"),
  refuses("H12", "two dots as a key", {
    send: { target: "/v1/items/record/%2e%2e/messages" },
    by: refused([404, 405]),
  }),
  refuses("H12", "a Host that is a path does not choose the route", {
    send: {
      method: "POST",
      target: "/healthz",
      body: null,
      headers: { Host: "x/v1/items/record/%M/messages?" },
    },
    by: refused([400, 405], undefined, { byHost: true }),
  }),
  refuses("H12", "a Host that is a path and a fragment does no work", {
    send: {
      method: "POST",
      target: "/healthz",
      body: null,
      headers: { Host: "x/v1/items/record/%M/messages#" },
    },
    by: refused([400, 405], undefined, { byHost: true }),
  }),
  refuses("H12", "a Host with a fragment does not choose the route", {
    send: {
      method: "GET",
      target: "/v1/nothing",
      body: null,
      headers: { Host: "x/healthz#" },
    },
    by: refused([400, 404], undefined, { byHost: true }),
  }),
  refuses("H12", "a Host with a name and a password", {
    send: { headers: { Host: "user:secret@127.0.0.1" } },
    by: refused(400, undefined, { byHost: true }),
  }),
  refuses("H12", "two Hosts", {
    send: { headers: { Host: ["127.0.0.1:%P", "evil.example"] } },
    by: refused([400, 421], undefined, { byHost: true }),
  }),
  refuses("H12", "a Host that is not ours", {
    site: "open",
    send: { headers: { Host: "evil.example" } },
    by: refused(421),
  }),
  refuses("H12", "a Host that ends as ours does", {
    site: "open",
    send: { headers: { Host: "evil-127.0.0.1:%P" } },
    by: refused(421),
  }),
  refuses("H12", "a Host at another port", {
    site: "open",
    send: { headers: { Host: "127.0.0.1:1" } },
    by: refused(421),
  }),
  refuses("H12", "a target that is a URL of a host that is not ours", {
    site: "open",
    send: { target: "http://evil.example/v1/items/record/%M/messages" },
    by: refused(421),
  }),
  accepts("H12", "a Host that is ours by another name", {
    site: "open",
    send: { headers: { Host: "api.example" } },
  }),
  accepts("H12", "a Host that is ours in upper case", {
    site: "open",
    send: { headers: { Host: "API.Example" } },
  }),
  ...METHODS,
  other("PATCH", { method: "PATCH", body: "{}" }, /\bPOST\b/),
  other("TRACE", bare("TRACE", "/v1/stats"), /\bGET\b/),
  other("DELETE of a list", bare("DELETE", "/v1/items/record"), /\bGET\b/),
  other("OPTIONS", bare("OPTIONS", "/v1/stats"), /\bGET\b/),
  refuses("H12", "a method that nobody knows", {
    send: bare("BREW", "/v1/stats"),
    by: refused(405, undefined, { byHost: true }),
  }),
  refuses("H12", "a method in lower case is another", {
    send: bare("get", "/v1/stats"),
    by: refused(405, undefined, { byHost: true }),
  }),
  ...HEADS,
  refuses("H12", "HEAD of what is not there", {
    send: bare("HEAD", "/v1/nothing"),
    by: refused(404),
  }),
  refuses("H12", "an unknown query parameter", {
    send: { target: `${ENQUEUE}?nonsense=%M` },
    by: refused(400),
  }),
  refuses("H12", "a query parameter twice", {
    send: bare("GET", "/v1/items/record?limit=1&limit=2"),
    by: refused(400),
  }),
  refuses("H12", "a query parameter where there is none", {
    send: bare("GET", "/v1/stats?%M=1"),
    by: refused(400),
  }),
  leads("what is told of an item leads to it", { site: "main", path: "" }),
  ...mounted(),
];

/** The `Location` of an answer is where the item is. */
function leads(
  name: string,
  { site, path }: { readonly site: SiteName; readonly path: string },
): Case {
  return plays("H12", name, {
    site,
    tells: ["a/b", "..c", "%41", "ä😀", "?#&"].map((key) => ({
      key: `${key}%M`,
      messages: [{ doc: "%M" }],
    })),
    play: async (scene) => {
      for (const key of ["a/b", "..c", "%41", "ä😀", "?#&"]) {
        const item = `${path}/v1/items/record/${encodeURIComponent(key)}%M`;
        await scene.exchange(bare("POST", `${item}/suspend`));
        const target = `${item}/messages`;
        const { headers } = await scene.exchange({ target });
        const base = `http://a${target.replaceAll("%M", scene.mark.text)}`;
        const { pathname } = new URL(headers.get("location") ?? "", base);
        const found = await scene.exchange(bare("GET", pathname));
        scene.expect(found, { status: 200, like: { key: `${key}%M` } });
        await scene.exchange(bare("POST", `${item}/resume`));
      }
    },
  });
}

/** Within a bigger application. */
function mounted(): readonly Case[] {
  const site = "mounted";
  const at = (name: string, target: string, key: string): Case =>
    accepts("H12", `mounted: ${name}`, {
      site,
      send: { target: `/work/v1/items/record/${target}/messages` },
      tells: [{ key, messages: [{ doc: "%M" }] }],
    });
  const refusedAt = (name: string, target: string, status: number): Case =>
    refuses("H12", `mounted: ${name}`, {
      site,
      send: { target },
      by: refused(status),
    });
  return [
    at("a plain key", "%M", "%M"),
    at("an encoded slash", "a%2F%M", "a/%M"),
    at("letters beyond ASCII", "%C3%A4%M", "ä%M"),
    at("an escape that is meant", "%2541%M", "%41%M"),
    at("an encoded percent sign", "%25%M", "%%M"),
    at("an encoded question mark", "%3F%23%M", "?#%M"),
    at("a plus sign", "+%M", "+%M"),
    at("a space", "%20%M", " %M"),
    at("a backslash", "%5C%M", "\\%M"),
    at("emoji", "%F0%9F%98%80%M", "😀%M"),
    at("two dots before it", "..%M", "..%M"),
    at("an encoded letter", "%41%M", "A%M"),
    refusedAt("half an escape", "/work/v1/items/record/%M%/messages", 400),
    refusedAt("NUL", "/work/v1/items/record/%M%00/messages", 400),
    refusedAt("a line break", "/work/v1/items/record/%M%0A/messages", 400),
    refusedAt(
      "an overlong slash",
      "/work/v1/items/record/%C0%AF/messages",
      400,
    ),
    refusedAt("an unknown path", "/work/v1/nothing/%M", 404),
    refusedAt("its root", "/work", 404),
    at("letters of the path that need not be encoded", "%6d%M", "m%M"),
    accepts("H12", "mounted: letters that need not be encoded", {
      site,
      send: { target: "/work/%76%31/items/record/%M/messages" },
    }),
    plays("H12", "mounted: two dots are resolved, or refused by the host", {
      site,
      play: async (scene) => {
        const target = "/work/v1/items/x/%2e%2e/nothing/%M/messages";
        const answer = await scene.exchange({ target });
        const isOfHono = answer.text === "Invalid mounted path";
        scene.ensure(
          isOfHono || answer.status === 404,
          `it is ${answer.status}: ${answer.text}`,
        );
      },
    }),
    leads("mounted: what is told of an item leads to it", {
      site,
      path: "/work",
    }),
  ];
}
