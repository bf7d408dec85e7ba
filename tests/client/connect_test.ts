/** What `connect` takes and refuses, and what is checked before anything is
 * sent. */
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { kind, type } from "../../mod.ts";
import { type ClientOptions, connect } from "../../src/client/mod.ts";
import { json, receipt, serving } from "./stage.ts";

const ACME = { kind: "sync", key: "acme" };

/** A client whose endpoint nobody may ask. */
function unasked(): ReturnType<typeof connect> {
  return connect("http://127.0.0.1:1", {
    fetch: () => Promise.reject(new Error("It was asked")),
  });
}

const URLS: Readonly<Record<string, string>> = {
  "no URL": "work",
  "another protocol": "ftp://127.0.0.1/",
  "a script": "javascript:alert(1)",
  "credentials": "http://me:s3cret@127.0.0.1/",
  "a query": "http://127.0.0.1/?s3cret=1",
  "a fragment": "http://127.0.0.1/#s3cret",
};

for (const [name, url] of Object.entries(URLS)) {
  Deno.test(`connect() refuses ${name}, and does not show it`, () => {
    const error = assertThrows(() => connect(url), TypeError);

    assertEquals(error.message.includes("s3cret"), false);
    assertMatch(error.message, /^Cannot connect as /);
  });
}

const OPTIONS: Readonly<Record<string, unknown>> = {
  token: "two words",
  timeout: -1,
  retry: ["soon"],
  maxBatch: 0,
  maxBytes: 1.5,
  headers: { "x-a": "b\r\nc" },
  kinds: "sync",
  fetch: "fetch",
  tokn: "typo",
};

for (const [name, value] of Object.entries(OPTIONS)) {
  Deno.test(`connect() refuses a wrong ${name}`, () => {
    const options = { [name]: value } as ClientOptions;

    const error = assertThrows(() => connect("http://127.0.0.1:1", options));

    assertMatch(String(error), /^(Type|Range)Error: Cannot connect as /);
    assertEquals(String(error).includes("two words"), false);
  });
}

Deno.test("connect() keeps the path, and sends nothing by itself", async () => {
  const paths: string[] = [];
  const fetch = (url: string): Promise<Response> => {
    paths.push(url);
    return Promise.resolve(json({ kinds: [] }));
  };

  const client = connect(new URL("https://a.test/work//"), { fetch });
  assertEquals(paths, []);

  assertEquals(await client.kinds(), []);
  assertEquals(paths, ["https://a.test/work/v1/kinds"]);
  assertEquals(client.refusal, undefined);
});

Deno.test("kind() goes by the definition's name, not by that of its export", async () => {
  const asked: string[] = [];
  await serving((request) => {
    asked.push(new URL(request.url).pathname);
    return receipt();
  }, async (url) => {
    const reindex = kind("re-index", {
      message: type<number>(),
      run: () => {},
    });
    const client = connect(url, { kinds: { reindex } });

    await client.kind("reindex").enqueue("a", 1);
    await client.kind(reindex).enqueue("a", 1);

    assertEquals(asked, Array(2).fill("/v1/items/re-index/a/messages"));
  });
});

const CIRCLE: { self?: unknown } = {};
CIRCLE.self = CIRCLE;
let deep: unknown = 1;
for (let depth = 0; depth < 101; depth++) deep = [deep];

const MESSAGES: Readonly<Record<string, readonly [unknown, string]>> = {
  "a function": [{ onDone: () => {} }, "$.onDone is a function"],
  "a symbol": [[Symbol("a")], "$[0] is a symbol"],
  "a bigint": [1n, "$ is a bigint"],
  "NaN": [[1, NaN], "$[1] is NaN"],
  "a hole": [[1, undefined], "$[1] is undefined"],
  "a date": [{ at: new Date(0) }, "$.at is an instance of a class"],
  "a map": [new Map(), "$ is an instance of a class"],
  "itself": [CIRCLE, "$.self is the same object as one around it"],
  "too many levels": [deep, "is deeper than 100 levels"],
};

for (const [name, [message, says]] of Object.entries(MESSAGES)) {
  Deno.test(`a message with ${name} is not sent`, async () => {
    const error = await assertRejects(
      () => unasked().enqueue(ACME, message),
      TypeError,
    );

    assertEquals(error.message.includes(says), true, error.message);
  });
}

Deno.test("a message is sent as it is, but for what is undefined", async () => {
  const bodies: unknown[] = [];
  await serving(async (request) => {
    bodies.push(await request.json());
    return receipt();
  }, async (url) => {
    const client = connect(url);
    const same = { a: 1 };
    const bare = Object.assign(Object.create(null), { b: [same, same] });

    await client.enqueue(ACME, { x: undefined, y: null, z: "\ud83d" });
    await client.enqueue(ACME, bare);
    await client.enqueue(ACME, null);

    assertEquals(bodies, [
      { y: null, z: "\ud83d" },
      { b: [same, same] },
      null,
    ]);
  });
});

const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  "a key": () => unasked().enqueue({ kind: "sync", key: ".." }),
  "a kind": () => unasked().inspect({ kind: "", key: "a" }),
  "an id": () => unasked().enqueue(ACME, 1, { id: "" }),
  "two times": () => unasked().enqueue(ACME, 1, { at: new Date(0), delay: 1 }),
  "no time": () => unasked().enqueue(ACME, 1, { at: new Date(NaN) }),
  "patience": () => unasked().request(ACME, 1, { patience: 1 }),
  "a limit": () => unasked().list("sync", { limit: 0 }),
  "a dead letter": () => unasked().letters.discard(ACME, ""),
  "a signal": () =>
    unasked().enqueue(ACME, 1, { signal: 5 as unknown as AbortSignal }),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`a mistake in ${name} is told before anything is sent`, async () => {
    const error = await assertRejects(call, Error);

    assertMatch(String(error), /^(Type|Range)Error: Cannot /);
  });
}

Deno.test("items() goes through all pages, as they are taken", async () => {
  const queries: string[] = [];
  const item = (key: string): object => ({
    kind: "sync",
    key,
    state: "idle",
    version: "1",
    owed: false,
    messages: 0,
    running: 0,
    failures: 0,
    held: false,
    suspended: false,
  });
  const pages = [
    { items: [item("a")], cursor: "1" },
    { items: [], cursor: "2" },
    { items: [item("b")] },
  ];
  await serving((request) => {
    queries.push(new URL(request.url).search);
    return json(pages[queries.length - 1]);
  }, async (url) => {
    const keys: string[] = [];

    for await (
      const { key, dueIn } of connect(url).kind("sync").items({ prefix: "p q" })
    ) {
      assertEquals(dueIn, undefined);
      keys.push(`${key} ${queries.length}`);
    }

    assertEquals(keys, ["a 1", "b 3"]);
    assertEquals(queries, [
      "?prefix=p+q",
      "?prefix=p+q&cursor=1",
      "?prefix=p+q&cursor=2",
    ]);
  });
});
