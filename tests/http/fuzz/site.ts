/**
 * Endpoints as they may be set up, each over a scheduler of its own, and the
 * senders that they know.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { systemClock } from "../../../src/core/clock.ts";
import { MemoryTarget } from "../../../src/core/memory_target.ts";
import { Scheduler } from "../../../src/core/scheduler.ts";
import type { Target } from "../../../src/core/target.ts";
import type { Endpoint, EndpointOptions } from "../../../src/http/mod.ts";
import { bearer, webhook, workItems } from "../../../src/http/mod.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";
import { Random } from "../../core/sim/random.ts";
import type { Draft } from "./draft.ts";
import { defineKinds, Ledger } from "./kinds.ts";
import { LIMITS } from "./limits.ts";

/** How an endpoint is set up. */
export type SiteName = "bearer" | "signed" | "both" | "open" | "closed";

/** How often each is asked. */
export const SITES: readonly SiteName[] = [
  "bearer",
  "bearer",
  "bearer",
  "bearer",
  "bearer",
  "bearer",
  "signed",
  "signed",
  "both",
  "both",
  "open",
  "open",
];

/** A mistake that somebody could make: what a mutant changes. */
export interface Mistake {
  readonly options?: (name: SiteName) => Partial<EndpointOptions>;
  readonly target?: (target: Target) => Target;
  readonly fetch?: (fetch: Endpoint["fetch"]) => Endpoint["fetch"];
}

/** Time stands still, but the event loop goes on. */
class SiteClock extends FakeClock {
  override turn(callback: () => void): void {
    systemClock.turn(callback);
  }
}

const TODAY_MS = 1_800_000_000_000;
export const TOLERANCE_MS = 300_000;
export const WINDOW_MS = 600_000;
export const TOKENS = {
  alice: "alice-5f0c1b7e9a2d",
  bob: "bob-88d0e1f2a3b4c5",
} as const;
const KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const SECRETS: readonly string[] = [
  `whsec_${KEY}`,
  "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];
export const HOST = "fuzz.test";

/** An endpoint, and all that is looked at. */
export interface Site {
  readonly name: SiteName;
  readonly clock: SiteClock;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly target: Target;
  readonly fetch: Endpoint["fetch"];
  /** What the endpoint told its owner. */
  readonly errors: unknown[];
  close(): void;
}

/** Sets up an endpoint. */
export async function makeSite(
  name: SiteName,
  seed: number,
  mistake: Mistake = {},
): Promise<Site> {
  const clock = new SiteClock({ today: TODAY_MS });
  const ledger = new Ledger();
  const scheduler = new Scheduler({
    clock,
    concurrency: 100_000,
    onError: () => {},
  });
  defineKinds(scheduler, ledger, clock);
  const target = new MemoryTarget(scheduler, { clock });
  const errors: unknown[] = [];
  const random = new Random(seed);
  const endpoint = workItems(mistake.target?.(target) ?? target, {
    ...LIMITS,
    ...setupOf(name),
    clock,
    random: () => random.next() / 2 ** 32,
    onError: (error) => void errors.push(error),
    ...mistake.options?.(name),
  });
  if (name === "closed") await scheduler.close();
  const fetch = endpoint.fetch.bind(endpoint);
  return {
    name,
    clock,
    ledger,
    scheduler,
    target,
    fetch: mistake.fetch?.(fetch) ?? fetch,
    errors,
    close: () => endpoint.close(), // All else stands still with the clock.
  };
}

function setupOf(
  name: SiteName,
): Pick<EndpointOptions, "auth"> & Partial<EndpointOptions> {
  const authorize: EndpointOptions["authorize"] = (access) => isAllowed(access);
  const tokens = bearer(TOKENS);
  const signatures = webhook({ secrets: SECRETS });
  switch (name) {
    case "signed":
      return { auth: signatures, authorize };
    case "both":
      return { auth: [tokens, signatures], authorize };
    case "open":
      return { auth: "none", hosts: [HOST], requireIdempotencyKey: true };
    default:
      return { auth: tokens, authorize };
  }
}

/** Whom the endpoints let do what. */
export function isAllowed(access: {
  readonly principal: string;
  readonly action: string;
  readonly key?: string | undefined;
}): boolean {
  const { principal, action, key = "" } = access;
  if (key.startsWith("deny")) return false;
  return principal !== "bob" || action !== "admin";
}

/** The request, with credentials, good ones more often than not. */
export function signedBy(
  draft: Draft,
  site: Site,
  { random, id }: { readonly random: Random; readonly id: string },
): Draft {
  const isWrong = random.oneIn(12);
  const isSigned = site.name === "signed" ||
    site.name === "both" && random.oneIn(2);
  if (site.name === "open") return draft;
  const headers = isSigned
    ? signature(draft, site, { random, id, isWrong })
    : { authorization: authorization(random, isWrong) };
  return { ...draft, headers: { ...draft.headers, ...headers } };
}

function authorization(random: Random, isWrong: boolean): string {
  const { alice, bob } = TOKENS;
  const token = random.oneIn(3) ? bob : alice;
  if (!isWrong) return `${random.pick(["Bearer", "bearer"])} ${token}`;
  return random.pick([
    "",
    "Bearer",
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Basic ${token}`,
    `Bearer ${token}, Bearer ${token}`,
    token,
    `Bearer m4rk3r-m4rk3r-m4rk3r`,
    `Bearer  ${token} x`,
  ]);
}

function signature(
  { body = new Uint8Array(0) }: Draft,
  { clock }: Site,
  { random, id, isWrong }: {
    readonly random: Random;
    readonly id: string;
    readonly isWrong: boolean;
  },
): Record<string, string> {
  const late = isWrong && random.oneIn(3) ? random.pick([-302, 302]) : 0;
  const timestamp = `${Math.floor(clock.today() / 1_000) + late}`;
  const good = digestOf({ id, timestamp, body, key: KEY });
  const wrong = isWrong && late === 0 ? random.below(7) : -1;
  return {
    "webhook-id": wrong === 0 ? `${id}.1` : wrong === 1 ? `${id}x` : id,
    "webhook-timestamp": wrong === 2 ? `+${timestamp}` : timestamp,
    "webhook-signature": wrong === 3
      ? good
      : wrong === 4
      ? `v2,${good}`
      : wrong === 5
      ? `v1,${good.slice(1)}`
      : wrong === 6
      ? ""
      : random.pick([`v1,${good}`, `v1a,AA== v1,AA== v1,${good}`]),
  };
}

/** What a sender with this key would have signed. */
function digestOf({ id, timestamp, body, key }: {
  readonly id: string;
  readonly timestamp: string;
  readonly body: Uint8Array;
  readonly key: string;
}): string {
  return createHmac("sha256", atobBytes(key))
    .update(`${id}.${timestamp}.`).update(body).digest("base64");
}

function atobBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** Whoever shows such a token. */
export function senderOf(header: string | null): string | undefined {
  const [, token] = /^bearer +(\S+)$/i.exec(header ?? "") ?? [];
  const found = Object.entries(TOKENS).find(([, each]) => each === token);
  return found?.[0];
}

/** May it be signed at about this time, as far as its headers tell? */
export function showsSignature(headers: Headers, todayMs: number): boolean {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signatures = (headers.get("webhook-signature") ?? "").split(" ");
  if (!/^[!-~]+$/.test(id) || id.includes(".")) return false;
  if (!/^[1-9]\d*$/.test(timestamp)) return false;
  if (Math.abs(todayMs - Number(timestamp) * 1_000) > TOLERANCE_MS) {
    return false;
  }
  return signatures.some((each) =>
    ["v1", "v1a"].includes(each.split(",")[0] ?? "") && each.includes(",") &&
    !each.endsWith(",")
  );
}

/** Is it signed, by one who may, at about this time? */
export function isSigned(
  headers: Headers,
  body: Uint8Array,
  todayMs: number,
): boolean {
  if (!showsSignature(headers, todayMs)) return false;
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const good = `v1,${digestOf({ id, timestamp, body, key: KEY })}`;
  return (headers.get("webhook-signature") ?? "").split(" ").includes(good);
}
