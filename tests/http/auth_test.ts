/** Bearer tokens: who is known, and that all else is one and the same. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { bearer } from "../../src/http/auth.ts";
import { sameText } from "../../src/http/constant_time.ts";

const SHOP = "shop-5f0c1b7e9a2d44aa";
const CRM = "crm.88d0e1f2a3b4c5/+~_-==";

async function senderOf(
  tokens: string | Record<string, string>,
  authorization?: string,
): Promise<string | undefined> {
  const headers = new Headers();
  if (authorization !== undefined) headers.set("authorization", authorization);
  const credentials = { headers, body: undefined, nowMs: 0 };
  return (await bearer(tokens).authenticate(credentials))?.id;
}

Deno.test("bearer() names the principal of each token", async () => {
  assertEquals(await senderOf(SHOP, `Bearer ${SHOP}`), "bearer");
  assertEquals(await senderOf({ SHOP, CRM }, `Bearer ${SHOP}`), "SHOP");
  assertEquals(await senderOf({ SHOP, CRM }, `bEARER  ${CRM}`), "CRM");
});

Deno.test("bearer() answers undefined for all that is not a known token", async () => {
  const refused = [
    undefined,
    "Bearer",
    "Bearer ",
    SHOP,
    `Basic ${SHOP}`,
    `Bearer${SHOP}`,
    `Bearer\t${SHOP}`,
    `Bearer ${SHOP}x`,
    `Bearer ${SHOP.slice(0, -1)}`,
    `Bearer x${SHOP.slice(1)}`,
    `Bearer ${SHOP.toUpperCase()}`,
    `Bearer ${SHOP}, Bearer ${SHOP}`,
    `Bearer ${SHOP} ${SHOP}`,
    `Bearer "${SHOP}"`,
    `Bearer ${SHOP}\u00e9`,
    `Bearer ${"a".repeat(5_000)}`,
  ];

  for (const header of refused) {
    assertEquals(await senderOf({ SHOP, CRM }, header), undefined, header);
  }
});

Deno.test("bearer() refuses each token with any one character changed", async () => {
  for (let at = 0; at < SHOP.length; at++) {
    const other = SHOP[at] === "a" ? "b" : "a";
    const wrong = SHOP.slice(0, at) + other + SHOP.slice(at + 1);
    assertEquals(await senderOf(SHOP, `Bearer ${wrong}`), undefined);
  }
});

Deno.test("bearer() refuses tokens that are weak, odd or not told apart", () => {
  const refused: readonly (string | Record<string, string>)[] = [
    "fifteen-letters",
    "with a space in it",
    "with-umlaut-\u00e4-in-it",
    "=".repeat(20),
    "a".repeat(1_025),
    "",
    {},
    { a: SHOP, b: SHOP },
    { "": SHOP },
    { "..": SHOP },
  ];

  for (const tokens of refused) {
    const error = assertThrows(() => bearer(tokens), RangeError);
    const token = typeof tokens === "string" ? tokens : SHOP;
    assert(token === "" || !error.message.includes(token), error.message);
  }
  assertThrows(() => bearer({ a: 7 as unknown as string }), TypeError);
});

Deno.test("sameText() is equality, whatever the lengths", () => {
  const texts = ["", "a", "b", "ab", "ba", "abc", "abb", "aa", "aaa"];
  for (const a of texts) {
    for (const b of texts) assertEquals(sameText(a, b), a === b, `${a} ${b}`);
  }
});
