/**
 * What holds for every answer, whatever was asked (H18).
 *
 * @module
 */
import { SECRET } from "./kinds.ts";
import { MARK } from "./values.ts";
import type { Verdict } from "./judge.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const INSIDE = /\bat [\w.<>]+ \(|\n\s+at |file:|node:|\.[jt]s\b|stack/i;
const CODE = /^WI-[A-Z]+(?:-[A-Z]+)*$/;
const FIELDS: readonly string[] = [
  "type",
  "title",
  "status",
  "detail",
  "code",
  "hint",
  "instance",
  "errors",
];
const REQUIRED: Readonly<Record<number, string>> = {
  401: "www-authenticate",
  405: "allow",
  429: "retry-after",
  503: "retry-after",
};

/** All that is wrong with an answer, in words. */
export function flawsOf(
  answer: Answer,
  { isHead, verdict: { statuses, allow = [] } }: {
    readonly isHead: boolean;
    readonly verdict: Verdict;
  },
): string[] {
  const flaws: string[] = [];
  const ensure = (isSo: boolean, what: string): void => {
    if (!isSo) flaws.push(what);
  };
  const { status, headers, text } = answer;
  const wanted = statuses.join(" or ");
  ensure(statuses.includes(status), `it must be answered ${wanted}`);
  const id = headers.get("x-request-id") ?? "";
  ensure(/^[\w-]{8,64}$/.test(id), "it has no X-Request-Id");
  if (status !== 202) { // JSON that answers a POST needs neither.
    ensure(headers.get("cache-control") === "no-store", "it may be stored");
    ensure(
      headers.get("x-content-type-options") === "nosniff",
      "it may be sniffed",
    );
  }
  ensure(!`${text}${[...headers]}`.includes(SECRET), "it tells a secret");
  const needed = REQUIRED[status];
  ensure(needed === undefined || headers.has(needed), `it has no ${needed}`);
  for (const method of allow) {
    const allowed = (headers.get("allow") ?? "").split(", ");
    ensure(allowed.includes(method), `Allow does not name ${method}`);
  }
  if (isHead) ensure(text === "", "it has a body");
  if (status < 400) return flaws;
  ensure(!`${text}${[...headers]}`.includes(MARK), "it echoes what was sent");
  const type = headers.get("content-type");
  ensure(type === "application/problem+json", `its type is ${type}`);
  if (isHead) return flaws;
  const instance = `urn:workitem:request:${id}`;
  return [...flaws, ...flawsOfProblem(jsonOf(text), { status, instance })];
}

/** All that is wrong with the body of an error. */
export function flawsOfProblem(
  problem: unknown,
  { status, instance }: {
    readonly status: number;
    readonly instance: string | undefined;
  },
): string[] {
  if (typeof problem !== "object" || problem === null) {
    return ["its body is no problem"];
  }
  const flaws: string[] = [];
  const ensure = (isSo: boolean, what: string): void => {
    if (!isSo) flaws.push(what);
  };
  const one = problem as Readonly<Record<string, unknown>>; // An object.
  for (const name of ["type", "title", "detail", "code", "hint", "instance"]) {
    const text = one[name];
    ensure(typeof text === "string" && text !== "", `${name} is no text`);
  }
  const strange = Object.keys(one).filter((name) => !FIELDS.includes(name));
  ensure(strange.length === 0, `it has ${strange}`);
  ensure(CODE.test(String(one.code)), "its code is none");
  ensure(one.type === `urn:workitem:error:${one.code}`, "its type is another");
  ensure(one.status === status, `its status is not ${status}`);
  ensure(
    instance === undefined || one.instance === instance,
    "its instance is another",
  );
  ensure(!INSIDE.test(JSON.stringify(one)), "it shows the inside");
  return flaws;
}

/** The JSON of a text; `undefined` if it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
