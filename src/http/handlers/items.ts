/**
 * Looking at items, and acting on one.
 *
 * @module
 */
import type {
  ItemBody,
  ItemPageBody,
  KindsBody,
  TakenBody,
} from "../../client/wire.ts";
import type { TargetPage } from "../../core/target.ts";
import { empty, json, plain, textOf } from "../answers.ts";
import type { Call } from "../call.ts";
import type { Parts } from "../parts.ts";
import { MEDIA } from "../../client/wire.ts";
import { Problem } from "../problem.ts";
import { flagOf, pageOf, type Query } from "../query.ts";

/** `GET /v1/kinds` */
export async function getKinds(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const body: KindsBody = { kinds: await target.kinds() };
  return json(call, body);
}

/** `GET /v1/items/:kind` */
export async function getItems(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const query = pageOf(call.query);
  const body: ItemPageBody = await page(target.list(call.kind, query));
  return json(call, body, linkOf(call.query, body));
}

/** `GET /v1/items/:kind/:key` */
export async function getItem(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const { kind, key } = call;
  const body: ItemBody | undefined = await target.inspect({ kind, key });
  if (body === undefined) throw noItem();
  const etag = `W/"${body.version}"`;
  const known = call.header("if-none-match");
  const headers = { "ETag": etag };
  return known !== null && isKnown(known, body.version)
    ? empty(call, 304, headers)
    : json(call, body, headers);
}

/** `DELETE /v1/items/:kind/:key` */
export async function deleteItem(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const { kind, key } = call;
  return taken(call, await target.delete({ kind, key }));
}

/** `POST /v1/items/:kind/:key/cancel` */
export async function cancelItem(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const { kind, key } = call;
  const running = flagOf(call.query, "running");
  return taken(call, await target.cancel({ kind, key }, { running }));
}

/** `POST /v1/items/:kind/:key/suspend` */
export async function suspendItem(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const { kind, key } = call;
  await target.suspend({ kind, key }, true);
  return empty(call, 204);
}

/** `POST /v1/items/:kind/:key/resume` */
export async function resumeItem(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const { kind, key } = call;
  await target.suspend({ kind, key }, false);
  return empty(call, 204);
}

/** `POST /v1/items/:kind/:key/reset` */
export async function resetItem(
  call: Call,
  { target }: Parts,
): Promise<Response> {
  const { kind, key } = call;
  await target.reset({ kind, key });
  return empty(call, 204);
}

/** A page; all that was asked is checked but the cursor, so what a target says
 * of its arguments is said of that. */
export async function page<Each>(
  asked: Promise<TargetPage<Each>>,
): Promise<TargetPage<Each>> {
  try {
    const { items, cursor } = await asked;
    return { items, ...(cursor === undefined ? {} : { cursor }) } as TargetPage<
      Each
    >; // What is undefined is left out.
  } catch (error) {
    const isArgument = error instanceof TypeError ||
      error instanceof RangeError;
    if (!isArgument) throw error;
    throw new Problem({
      status: 400,
      code: "WI-HTTP-ARGUMENT",
      detail: "The cursor is none of this list",
      hint: "Take the cursor of the page before, or none to begin.",
    });
  }
}

/** Where the next page is, as seen from this one. */
export function linkOf(
  query: Query,
  { cursor }: TargetPage<unknown>,
): Readonly<Record<string, string>> {
  if (cursor === undefined) return {};
  const next = new URLSearchParams({ ...query, cursor });
  return { "Link": `<?${next}>; rel="next"` };
}

/** Messages may be anything where they never were JSON. */
function taken(
  call: Call,
  messages: readonly unknown[] | undefined,
): Response {
  const texts = (messages ?? []).map((message) => textOf(message) ?? "null");
  const owed: keyof TakenBody = "owed";
  const body = `{"${owed}":${messages !== undefined},"messages":[${texts}]}`;
  return plain(call, body, { "Content-Type": MEDIA.json });
}

/** Does the caller have this version, by its `If-None-Match`? */
function isKnown(header: string, version: string): boolean {
  return header.split(",").some((each) => {
    const tag = each.trim();
    return tag === "*" || tag.replace(/^W\//, "") === `"${version}"`;
  });
}

function noItem(): Problem {
  return new Problem({
    status: 404,
    code: "WI-NO-ITEM",
    detail: "Nothing is known of this item",
    hint: "It was never enqueued, or all that it was to do is done.",
  });
}
