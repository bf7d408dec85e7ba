/**
 * The headers of a request that say how it is to be understood. What must be
 * understood is refused if it is not; what need not be is passed over.
 *
 * @module
 */
import { Problem } from "./problem.ts";

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\t\\x20-\\x7e])*"';
const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})((?:[ \\t]*;.*)?)$`);
const CHARSET = /^[ \t]*;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*$/i;
const BALANCED = new RegExp(`^(?:[^"]|${QUOTED})*$`);
/** A comma within quotes separates nothing. */
const PREFERENCES = new RegExp(`(?:[^",]|${QUOTED})+`, "g");
const PREFERENCE = new RegExp(
  `^[ \\t]*(${TOKEN})(?:[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED}))?[ \\t]*(?:;.*)?$`,
);
const TRACEPARENT =
  /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const BARE_KEY = /^[\x21\x23-\x7e][\x21-\x7e]{0,254}$/;
const QUOTED_KEY = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const QUOTED_KEY_LENGTH_MAX = 255;
/** More is not parsed: nobody needs it. */
const PREFER_LENGTH_MAX = 1_024;

/** The media type of a body, in small letters: one of `allowed`, with no
 * parameter but `charset=utf-8`. Throws a `Problem` 415 for any other. */
export function mediaTypeOf(
  header: string | null,
  allowed: readonly string[],
): string {
  if (header !== null && allowed.includes(header)) return header;
  const [, type = "", parameters = ""] = MEDIA_TYPE.exec(header ?? "") ?? [];
  const name = type.toLowerCase();
  const isPlain = parameters === "" || CHARSET.test(parameters);
  if (allowed.includes(name) && isPlain) return name;
  throw new Problem({
    status: 415,
    code: "WI-HTTP-MEDIA",
    detail: `Content-Type must be ${allowed.join(" or ")}, in UTF-8`,
    hint: "Say of the body what it is.",
  });
}

/** Throws a `Problem` 415 unless the body comes as it is. */
export function checkEncoding(header: string | null): void {
  if (header === null || header.toLowerCase() === "identity") return;
  throw new Problem({
    status: 415,
    code: "WI-HTTP-MEDIA",
    detail: "Content-Encoding must be absent, or identity",
    hint: "Send the body as it is, not compressed.",
    headers: { "Accept-Encoding": "identity" },
  });
}

/** The seconds of `Prefer: wait=10` (RFC 7240); `undefined` if it is not there,
 * or malformed: a preference is never refused. */
export function waitOf(header: string | null): number | undefined {
  if (header === null || header.length > PREFER_LENGTH_MAX) return undefined;
  if (!BALANCED.test(header)) return undefined;
  for (const each of header.match(PREFERENCES) ?? []) {
    const [, name = "", value = ""] = PREFERENCE.exec(each) ?? [];
    if (name.toLowerCase() !== "wait") continue;
    const seconds = /^(?:([0-9]{1,9})|"([0-9]{1,9})")$/.exec(value);
    return seconds === null ? undefined : Number(seconds[1] ?? seconds[2]);
  }
  return undefined;
}

/** A trace context as version 00 has it; later ones are read as that, as they
 * must allow. `undefined` if it is malformed. */
export function traceparentOf(header: string | null): string | undefined {
  if (header === null || header.length > 512) return undefined;
  const [, version, trace = "", parent = "", flags = "", more] =
    TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === "ff") return undefined;
  if (version === "00" && more !== undefined) return undefined;
  if (/^0+$/.test(trace) || /^0+$/.test(parent)) return undefined;
  return `00-${trace}-${parent}-${flags}`;
}

/** The value of `Idempotency-Key`: a string of structured fields, or, as many
 * send it, bare; both are the same key. Throws a `Problem` 400 for all else. */
export function idempotencyKeyOf(header: string | null): string | undefined {
  if (header === null) return undefined;
  if (BARE_KEY.test(header)) return header;
  const inner = QUOTED_KEY.exec(header)?.[1]?.replaceAll(/\\(.)/g, "$1") ?? "";
  if (inner !== "" && inner.length <= QUOTED_KEY_LENGTH_MAX) return inner;
  throw new Problem({
    status: 400,
    code: "WI-HTTP-IDEMPOTENCY-KEY",
    detail: "Idempotency-Key must be a string of 1 to 255 ASCII characters",
    hint: 'Send one key, as "8e03978e-40d5" with its quotes, or bare.',
  });
}
