/**
 * What a body must be before anybody looks into it.
 *
 * @module
 */
import type { Draft } from "./draft.ts";
import { LIMITS } from "./limits.ts";
import type { Place } from "./places.ts";

/** The bytes that arrive; `undefined` if they do not, or not all. */
export function readBody(
  { body, headers, way }: Draft,
  { takes }: Place,
  refuse: (status: number) => void,
): Uint8Array | undefined {
  if (takes === "nothing") return undefined;
  const most = takes === "batch" ? LIMITS.maxBatchBytes : LIMITS.maxBytes;
  const said = headers["content-length"]?.trim();
  if (said === "0") return new Uint8Array(0);
  const isNumber = said === undefined || /^\d{1,15}$/.test(said);
  const refused = !isNumber
    ? 400
    : Number(said ?? 0) > most
    ? 413
    : arrival(body, { way, most, said });
  if (refused !== undefined) {
    refuse(refused);
    return undefined;
  }
  const bytes = body ?? new Uint8Array(0);
  if (bytes.length > 0 && headers["content-type"] === undefined) refuse(415);
  return bytes;
}

function arrival(
  body: Uint8Array | undefined,
  { way, most, said }: {
    readonly way: Draft["way"];
    readonly most: number;
    readonly said: string | undefined;
  },
): number | undefined {
  const length = body?.length ?? 0;
  const whole = way === "whole" || way === "chunks" || body === undefined;
  const came = whole ? length : length >> 1;
  if (came > most) return 413;
  if (way === "stalled" && body !== undefined) return 408;
  if (!whole || said !== undefined && Number(said) !== length) return 400;
  return undefined;
}
