/**
 * The path of a request, as it came: it is decoded once, segment by segment,
 * so that a name is the same through every host, adapter and mount.
 *
 * @module
 */
import { checkKey } from "../core/options.ts";
import { Problem } from "./problem.ts";

/** Most paths: nothing of what follows is in them. */
const PLAIN_PATH = /^(?:\/[\w~-][\w.~-]*)+$/;
/** Most names: whatever a name may be, these are. */
const PLAIN_NAME = /^[\w~-][\w.~-]{0,159}$/;
/** What hosts read in different ways: dot segments, backslashes, and all that
 * is no visible ASCII. The rules of URLs decide, for all hosts alike. */
const UNEVEN = /[^!-~]|\\|\/(?:\.|%2e){1,2}(?:\/|$)/i;
/** Escapes of letters, digits and "-._~", which mean the same without (RFC 3986,
 * 2.3): adapters and mounts take them away. */
const NEEDLESS =
  /%(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a]|7e)/gi;
const BROKEN = /%(?![0-9a-f]{2})/i;
/** What is a name as it stands, whatever else may be one. */
const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;
const CONTROL = /\p{Cc}/u;

/** The path of a URL, still encoded, but in one way only. It begins with `/`. */
export function pathOf({ url }: { readonly url: string }): string {
  const start = url.indexOf("/", url.indexOf(":") + 3);
  if (start === -1) return "/";
  const path = url.slice(start, endOf(url, start));
  if (PLAIN_PATH.test(path)) return path;
  const even = UNEVEN.test(path) ? evened(url, path) : path;
  // Of one that is not well-formed they may be half of what stands there.
  const isEscaped = even.includes("%") && !BROKEN.test(even);
  return isEscaped ? even.replaceAll(NEEDLESS, decodeURI) : even;
}

/** What follows the `?` of a URL, still encoded. */
export function queryOf({ url }: { readonly url: string }): string {
  const start = url.indexOf("?");
  if (start === -1) return "";
  const end = url.indexOf("#");
  return url.slice(start + 1, end === -1 ? undefined : end);
}

/** The host that a URL names, with its port, in lower case. */
export function hostOf({ url }: { readonly url: string }): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return url.slice(start, end === -1 ? undefined : end).toLowerCase();
}

/** The segment of a path behind so many slashes, still encoded. */
export function segmentOf(path: string, slashes: number): string {
  let start = 0;
  for (let n = 0; n < slashes; n++) start = path.indexOf("/", start) + 1;
  const end = path.indexOf("/", start);
  return end === -1 ? path.slice(start) : path.slice(start, end);
}

/** The one name that a segment of a path stands for. */
export function nameOf(segment: string): string {
  if (PLAIN.test(segment)) return segment; // Most are.
  if (PLAIN_NAME.test(segment)) return segment;
  const name = segment.includes("%") ? decoded(segment) : segment;
  checkName(name);
  return name;
}

/** Refuses what is no name, wherever it stood. */
export function checkName(name: string): void {
  if (CONTROL.test(name)) throw badName("holds a control character");
  try {
    checkKey("", name);
  } catch {
    throw badName('is not 1 to 512 bytes, or is "." or ".."');
  }
}

function badName(why: string): Problem {
  return new Problem({
    status: 400,
    code: "WI-HTTP-KEY",
    detail: `The kind or key ${why}`,
    hint: "A name is 1 to 512 bytes of well-formed text without control " +
      "characters, percent-encoded as one segment of the path.",
  });
}

function endOf(url: string, start: number): number {
  const query = url.indexOf("?", start);
  const hash = url.indexOf("#", start);
  if (query === -1) return hash === -1 ? url.length : hash;
  return hash === -1 ? query : Math.min(query, hash);
}

function evened(url: string, path: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    return path;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badName("is not percent-encoded UTF-8");
  }
}
