/**
 * Enqueues that are as they should be, in all their ways: one, many, lines,
 * events.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";
import type { Draft, Way } from "./draft.ts";
import { KINDS } from "./kinds.ts";
import { BASE, itemOf, kindOf, type Names, segment } from "./names.ts";
import { bytesOf, MARK, randomKey, randomValue, written } from "./values.ts";

type Headers = Record<string, string>;

function valueFor(random: Random, path: string): unknown {
  const value = randomValue(random);
  const isChecked = path.startsWith("/v1/items/checked/");
  return isChecked && !random.oneIn(5) ? { n: 1, more: value } : value;
}

export function message(random: Random, names: Names): Draft {
  const item = itemOf(random);
  const draft = {
    ...BASE,
    path: `${item}/messages`,
    query: timing(random, names),
  };
  const headers = { ...optional(random, names), ...waiting(random) };
  if (random.oneIn(20)) return { ...draft, headers }; // A mere wake-up.
  const text = written(random, valueFor(random, item));
  return withBody(random, draft, { text, headers });
}

/** There is no room for many. */
export function flood(random: Random): Draft {
  const draft = { ...BASE, path: "/v1/items/full/flood/messages" };
  const text = written(random, randomValue(random));
  return withBody(random, { ...draft, query: "delay=9000" }, {
    text,
    headers: {},
  });
}

export function batch(random: Random, names: Names): Draft {
  const kind = kindOf(random);
  const entries = entriesOf(random, names, kind);
  const draft = {
    ...BASE,
    path: `/v1/items/${segment(random, kind)}/messages`,
  };
  const text = written(random, entries);
  return withBody(random, draft, { text, headers: optional(random, names) });
}

export function lines(random: Random, names: Names): Draft {
  const kind = kindOf(random);
  const all = entriesOf(random, names, kind).map((entry) =>
    JSON.stringify(entry) + random.pick(["\n", "\r\n", "\n\n"])
  );
  const draft = {
    ...BASE,
    path: `/v1/items/${segment(random, kind)}/messages`,
  };
  const type = "application/x-ndjson";
  const text = random.oneIn(2) ? all.join("") : all.join("").trimEnd();
  return withBody(random, draft, {
    text,
    type,
    headers: optional(random, names),
  });
}

function entriesOf(random: Random, names: Names, kind: string): unknown[] {
  const count = 1 + random.below(random.oneIn(8) ? 10 : 4);
  return Array.from({ length: count }, () => {
    const message = valueFor(random, `/v1/items/${kind}/`);
    const entry: Record<string, unknown> = { key: randomKey(random) };
    if (!random.oneIn(10)) entry.message = message;
    if (random.oneIn(8)) entry.id = `${MARK}:${names.next()}`;
    if (random.oneIn(12)) entry.delay = random.below(30_000);
    if (random.oneIn(40)) entry.maxDelay = random.below(30_000);
    if (random.oneIn(40)) entry.reschedule = random.pick(RESCHEDULES);
    if (random.oneIn(10)) damage(random, entry);
    return entry;
  });
}

const RESCHEDULES = ["earliest", "keep", "latest"];

/** Makes an entry one that must be refused, or that may be. */
function damage(random: Random, entry: Record<string, unknown>): void {
  const wrong: readonly (readonly [string, unknown])[] = [
    ["key", ""],
    ["key", "."],
    ["key", 7],
    ["key", undefined],
    ["key", "x".repeat(513)],
    ["key", `${MARK}\u0007`],
    ["delay", -1],
    ["delay", `${MARK}`],
    ["delay", 1.5],
    ["delay", null],
    ["at", MARK],
    ["at", "2026-11-20"],
    ["reschedule", MARK],
    ["maxDelay", []],
    ["id", ""],
    ["id", 7],
    ["id", "y".repeat(513)],
    [MARK, 1],
    ["__proto__", 1],
    ["deny", 1],
  ];
  const [name, value] = random.pick(wrong);
  if (name === "deny") entry.key = "deny-1";
  else {Object.defineProperty(entry, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });}
}

/** What every library of CloudEvents sends. */
export function structured(random: Random, names: Names): Draft {
  const kind = random.pick(KINDS);
  const path = random.oneIn(2)
    ? `${itemOf(random)}/messages`
    : "/v1/cloudevents";
  const event: Record<string, unknown> = {
    specversion: "1.0",
    id: names.next(),
    source: `/fuzz/${MARK}`,
    type: kind,
    subject: randomKey(random),
  };
  if (!random.oneIn(10)) event.data = valueFor(random, `/v1/items/${kind}/`);
  if (random.oneIn(3)) event.datacontenttype = "application/json";
  if (random.oneIn(20)) {
    const odd = { toString: 1, valueOf: MARK };
    event[random.pick(Object.keys(event))] = random.pick([odd, [odd], 1, null]);
  }
  if (random.oneIn(4)) event.time = "2026-11-20T22:16:00.5Z";
  if (random.oneIn(4)) event.myextension = MARK;
  const type = "application/cloudevents+json";
  return withBody(random, { ...BASE, path }, {
    text: written(random, event),
    type,
    headers: waiting(random),
  });
}

export function binary(random: Random, names: Names): Draft {
  const kind = random.pick(KINDS);
  const path = random.oneIn(2)
    ? `${itemOf(random)}/messages`
    : "/v1/cloudevents";
  const headers: Headers = {
    "ce-specversion": "1.0",
    "ce-id": names.next(),
    "ce-source": `/fuzz/${MARK}`,
    "ce-type": encodeURIComponent(kind),
    "ce-subject": encodeURIComponent(randomKey(random)),
    ...waiting(random),
  };
  if (random.oneIn(4)) headers["ce-myextension"] = MARK;
  const text = written(random, valueFor(random, `/v1/items/${kind}/`));
  return withBody(random, { ...BASE, path }, { text, headers });
}

function timing(random: Random, names: Names): string | undefined {
  if (!random.oneIn(6)) return undefined;
  return [
    random.oneIn(2) ? `delay=${random.below(30_000)}` : "",
    random.oneIn(3) ? `id=${MARK}:${names.next()}` : "",
    random.oneIn(4) ? `reschedule=${random.pick(RESCHEDULES)}` : "",
    random.oneIn(4) ? `maxDelay=${random.below(30_000)}` : "",
  ].filter((part) => part !== "").join("&");
}

function waiting(random: Random): Headers {
  if (!random.oneIn(8)) return {};
  const seconds = random.pick([1, 10, 100_000]);
  const wait = random.pick([
    `wait=${seconds}`,
    `respond-async, WAIT=${seconds}`,
    `wait="${seconds}"; foo=bar`,
  ]);
  return { prefer: wait };
}

function optional(random: Random, names: Names): Headers {
  const headers: Headers = {};
  if (random.oneIn(4)) headers["idempotency-key"] = `${MARK}-${names.next()}`;
  else if (random.oneIn(20)) {
    headers["idempotency-key"] = `"${MARK} ${names.next()}"`;
  }
  if (random.oneIn(9)) {
    headers.traceparent =
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  }
  if (random.oneIn(9)) headers["user-agent"] = MARK;
  return headers;
}

const TYPES: readonly string[] = [
  "",
  "",
  "",
  ";charset=utf-8",
  "; charset=UTF-8",
  ' ; charset="utf-8"',
];

function withBody(
  random: Random,
  draft: Draft,
  { text, headers, type = "application/json" }: {
    readonly text: string;
    readonly headers: Headers;
    readonly type?: string;
  },
): Draft {
  const body = bytesOf(text);
  const way: Way = random.oneIn(12) ? "chunks" : "whole";
  const all: Headers = {
    ...headers,
    "content-type": type + random.pick(TYPES),
  };
  if (!random.oneIn(4)) all["content-length"] = `${body.length}`;
  return { ...draft, headers: all, body, way };
}
