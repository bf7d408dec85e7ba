/** Headers that say how a request is to be understood (H8, H11, H14). */
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkEncoding,
  idempotencyKeyOf,
  mediaTypeOf,
  traceparentOf,
  waitOf,
} from "../../src/http/media.ts";
import { Problem } from "../../src/http/problem.ts";

const JSON_ONLY = ["application/json"];
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

function refusal(call: () => unknown): string {
  const { status, code } = assertThrows(call, Problem);
  return `${status} ${code}`;
}

Deno.test("mediaTypeOf() accepts a type in any letters, and UTF-8 alone", () => {
  const accepted = [
    "application/json",
    "APPLICATION/Json",
    "application/json;charset=utf-8",
    "application/json; charset=UTF-8",
    'application/json ;\tcharset="Utf-8" ',
  ];

  for (const header of accepted) {
    assertEquals(mediaTypeOf(header, JSON_ONLY), "application/json", header);
  }
  const lines = "application/x-ndjson";
  assertEquals(mediaTypeOf(lines, [...JSON_ONLY, lines]), lines);
});

Deno.test("mediaTypeOf() refuses all other types and parameters with 415", () => {
  const refused = [
    null,
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "application/json-patch+json",
    "application/json/x",
    "application /json",
    "application/json, application/json",
    "application/json, text/plain",
    "text/plain; application/json",
    "application/json;",
    "application/json; charset=utf-16",
    "application/json; charset=utf8",
    "application/json; charset='utf-8'",
    "application/json; charset=utf-8; charset=utf-8",
    "application/json; charset=utf-8, text/plain",
    "application/json; version=1",
    "application/json charset=utf-8",
    "*/*",
  ];

  for (const header of refused) {
    const call = () => mediaTypeOf(header, JSON_ONLY);
    assertEquals(refusal(call), "415 WI-HTTP-MEDIA", String(header));
  }
});

Deno.test("checkEncoding() accepts what comes as it is, and nothing else", () => {
  checkEncoding(null);
  checkEncoding("identity");
  checkEncoding("Identity");

  for (const header of ["", "gzip", "br", "identity, gzip", "identity;q=1"]) {
    const call = () => checkEncoding(header);
    assertEquals(refusal(call), "415 WI-HTTP-MEDIA", header);
  }
});

Deno.test("waitOf() reads the first wait of all preferences", () => {
  const waits: Record<string, number> = {
    "wait=10": 10,
    "WAIT = 0": 0,
    'wait="7"': 7,
    "wait=5; foo=bar": 5,
    "respond-async, wait=3": 3,
    'foo="a, wait=1", wait=2': 2,
    'foo="\\", wait=1", wait=2': 2,
    "return=minimal; x=1,wait=4,wait=9": 4,
    ",, wait=6": 6,
  };

  for (const [header, seconds] of Object.entries(waits)) {
    assertEquals(waitOf(header), seconds, header);
  }
});

Deno.test("waitOf() passes over what is malformed", () => {
  const none = [
    null,
    "",
    "wait",
    "wait=",
    "wait=-1",
    "wait=1.5",
    "wait=1e3",
    "wait=0x10",
    "wait=9999999999",
    "wait=x, wait=3",
    "waiting=3",
    'foo="wait=3',
    "respond-async",
    'foo="a, wait=5, b"',
    `${"x,".repeat(1_000)}wait=3`,
  ];

  for (const header of none) {
    assertEquals(waitOf(header), undefined, String(header));
  }
});

Deno.test("traceparentOf() hands on what is valid, as version 00", () => {
  const valid = `00-${TRACE}-${PARENT}-01`;

  assertEquals(traceparentOf(valid), valid);
  assertEquals(traceparentOf(`cc-${TRACE}-${PARENT}-01`), valid);
  assertEquals(traceparentOf(`cc-${TRACE}-${PARENT}-01-more`), valid);
  const invalid = [
    null,
    "",
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01x`,
    `cc-${TRACE}-${PARENT}-01.`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${PARENT}`,
    `${valid}, ${valid}`,
    `cc-${TRACE}-${PARENT}-01-${"x".repeat(500)}`,
  ];
  for (const header of invalid) {
    assertEquals(traceparentOf(header), undefined, String(header));
  }
});

Deno.test("idempotencyKeyOf() is the same key with quotes and without", () => {
  assertEquals(idempotencyKeyOf(null), undefined);
  const keys: Record<string, string> = {
    "8e03978e-40d5": "8e03978e-40d5",
    '"8e03978e-40d5"': "8e03978e-40d5",
    "a": "a",
    '"a b"': "a b",
    '"a\\"b\\\\"': 'a"b\\',
    ["x".repeat(255)]: "x".repeat(255),
    [`"${"x".repeat(255)}"`]: "x".repeat(255),
  };

  for (const [header, key] of Object.entries(keys)) {
    assertEquals(idempotencyKeyOf(header), key, header);
  }
});

Deno.test("idempotencyKeyOf() refuses what is malformed with 400", () => {
  const refused = [
    "",
    '""',
    '"',
    '"a',
    '"a"b"',
    '"a"; x=1',
    '"a", "b"',
    "a, b",
    "a b",
    "a\u00e4",
    '"\u00e4"',
    '"a\\n"',
    '"a\\"',
    '"\t"',
    "x".repeat(256),
    `"${"x".repeat(256)}"`,
  ];

  for (const header of refused) {
    const call = () => idempotencyKeyOf(header);
    assertEquals(refusal(call), "400 WI-HTTP-IDEMPOTENCY-KEY", header);
  }
});
