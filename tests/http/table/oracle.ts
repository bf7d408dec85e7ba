/**
 * What holds for every answer of the endpoint, whatever was asked (H18).
 *
 * @module
 */
import type { Mark } from "./case.ts";
import { SECRET } from "./kinds.ts";
import type { Answer } from "./parse.ts";

/** What would give away how the endpoint is made. */
const INSIDE = /\bat [\w.<>]+ \(|\n\s+at |file:|node:|\.[jt]s\b|\.mjs|stack/i;
const CODE = /^WI-[A-Z]+(?:-[A-Z]+)*$/;
const ID = /^[A-Za-z0-9_-]{8,64}$/;
const FIELDS = [
  "type",
  "title",
  "status",
  "detail",
  "code",
  "hint",
  "instance",
  "errors",
];

/** The JSON of an answer; `undefined` if it is none. */
export function jsonOf({ text }: Answer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Did the host refuse it, so that the endpoint never saw it? */
export function isByHost(answer: Answer): boolean {
  return answer.status >= 400 && answer.status < 500 &&
    answer.text === "" && !answer.headers.has("x-request-id");
}

/** All that is wrong with an answer of the endpoint. */
export function faultsOf(answer: Answer, mark: Mark): readonly string[] {
  const faults: string[] = [];
  const ensure = (isSo: boolean, what: string): void => {
    if (!isSo) faults.push(what);
  };
  const header = (name: string): string => answer.headers.get(name) ?? "";
  ensure(ID.test(header("x-request-id")), "it has no X-Request-Id");
  if (answer.status !== 202) { // JSON that answers a POST needs neither.
    ensure(header("x-content-type-options") === "nosniff", "it may be sniffed");
    ensure(header("cache-control") === "no-store", "it may be stored");
  }
  for (const name of ["server", "x-powered-by", "set-cookie"]) {
    ensure(!answer.headers.has(name), `it has ${name}`);
  }
  if (answer.status >= 400) faults.push(...faultsOfError(answer, mark));
  return faults;
}

function faultsOfError(answer: Answer, mark: Mark): readonly string[] {
  const faults: string[] = [];
  const { status, head, text, headers } = answer;
  const all = head + text;
  if (all.includes(mark.text)) faults.push("it echoes what was sent");
  if (all.includes(SECRET)) faults.push("it gives an error's text away");
  for (const header of REQUIRED[status] ?? []) {
    if (!headers.has(header)) faults.push(`${status} without ${header}`);
  }
  const after = headers.get("retry-after");
  if (after !== undefined && !/^[1-9]\d{0,4}$/.test(after)) {
    faults.push(`Retry-After is ${after}`);
  }
  if (headers.get("content-type") !== "application/problem+json") {
    faults.push(`its type is ${headers.get("content-type")}`);
  }
  if (text === "") return faults; // As HEAD has it.
  const id = headers.get("x-request-id") ?? "";
  return [...faults, ...faultsOfProblem(jsonOf(answer), { status, id })];
}

const REQUIRED: Readonly<Record<number, readonly string[]>> = {
  401: ["www-authenticate"],
  405: ["allow"],
  429: ["retry-after"],
  503: ["retry-after"],
};

/** What is wrong with the body of a problem. */
export function faultsOfProblem(
  problem: unknown,
  { status, id }: { readonly status: number; readonly id: string | undefined },
): readonly string[] {
  if (typeof problem !== "object" || problem === null) {
    return ["its body is no problem"];
  }
  const faults: string[] = [];
  const ensure = (isSo: boolean, what: string): void => {
    if (!isSo) faults.push(`${what}: ${JSON.stringify(problem)}`);
  };
  const one = problem as Readonly<Record<string, unknown>>; // It is an object.
  for (const name of ["type", "title", "detail", "code", "hint"]) {
    const text = one[name];
    ensure(typeof text === "string" && text !== "", `${name} is no text`);
  }
  for (const name of Object.keys(one)) {
    const isKnown = FIELDS.includes(name) || name === "limit";
    ensure(isKnown, `${name} is not of a problem`);
  }
  ensure(CODE.test(String(one.code)), "its code is none");
  ensure(one.type === `urn:workitem:error:${one.code}`, "its type is another");
  ensure(one.status === status, `its status is not ${status}`);
  if (id !== undefined) {
    ensure(one.instance === `urn:workitem:request:${id}`, "another instance");
  }
  ensure(!INSIDE.test(JSON.stringify(problem)), "it shows the inside");
  return faults;
}
