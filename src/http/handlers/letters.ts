/**
 * Dead letters: messages that no run will handle.
 *
 * @module
 */
import type { LetterPageBody, RedrivenBody } from "../../client/wire.ts";
import type { TargetLetters } from "../../core/target.ts";
import { empty, json } from "../answers.ts";
import type { Call } from "../call.ts";
import type { Parts } from "../parts.ts";
import { Problem } from "../problem.ts";
import { badValue, isId, pageOf } from "../query.ts";
import { linkOf, page } from "./items.ts";

/** `GET /v1/dead/:kind` */
export async function getLetters(call: Call, parts: Parts): Promise<Response> {
  const query = pageOf(call.query);
  const asked = lettersOf(parts).list(call.kind, query);
  const body: LetterPageBody = await page(asked);
  return json(call, body, linkOf(call.query, body));
}

/** `POST /v1/dead/:kind/:key/redrive` */
export async function redriveLetters(
  call: Call,
  parts: Parts,
): Promise<Response> {
  const { kind, key, query: { id } } = call;
  if (id !== undefined && !isId(id)) {
    throw badValue("id", "the id of a letter");
  }
  const messages = await lettersOf(parts).redrive({ kind, key }, id);
  // None may also be those of a mere wake-up: it is no 404.
  const body: RedrivenBody = { messages };
  return json(call, body);
}

/** `DELETE /v1/dead/:kind/:key/:id` */
export async function deleteLetter(
  call: Call,
  parts: Parts,
): Promise<Response> {
  const { kind, key, letter } = call;
  const wasThere = await lettersOf(parts).discard({ kind, key }, letter);
  if (wasThere) return empty(call, 204);
  throw new Problem({
    status: 404,
    code: "WI-NO-LETTER",
    detail: "There is no such dead letter",
    hint: "It was redriven or discarded, or it never was.",
  });
}

function lettersOf({ target }: Parts): TargetLetters {
  if (target.letters !== undefined) return target.letters;
  throw new Problem({
    status: 501,
    code: "WI-NOT-DURABLE",
    detail: "This scheduler keeps no dead letters",
    hint: "Use a DurableScheduler: one in memory tells them to undelivered().",
  });
}
