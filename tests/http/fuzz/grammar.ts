/**
 * Requests that are as they should be, of every route: what mutations begin
 * with.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";
import type { Draft } from "./draft.ts";
import {
  batch,
  binary,
  flood,
  lines,
  message,
  structured,
} from "./enqueues.ts";
import { BASE, itemOf, kindOf, type Names, segment } from "./names.ts";
import { MARK } from "./values.ts";

type Make = (random: Random, names: Names) => Draft;

/** How often each of them is made. */
const RECIPES: readonly (readonly [number, Make])[] = [
  [46, message],
  [2, flood],
  [10, batch],
  [6, lines],
  [6, structured],
  [6, binary],
  [5, look],
  [3, page],
  [2, (random) => ({ ...BASE, method: "DELETE", path: itemOf(random) })],
  [3, cancel],
  [3, control],
  [3, letters],
  [1, (random) => post(`/v1/scheduler/${random.pick(["pause", "resume"])}`)],
  [4, (random) => get(random.pick(PLAIN_PATHS))],
];

const PLAIN_PATHS: readonly string[] = [
  "/v1/kinds",
  "/v1/stats",
  "/metrics",
  "/healthz",
  "/readyz",
  "/healthz",
  "/readyz",
  "/v1/kinds",
  "/v1/events",
  "/openapi.json",
];

const TOTAL = RECIPES.reduce((sum, [weight]) => sum + weight, 0);

/** A request that deserves a good answer, once it has credentials. */
export function randomDraft(random: Random, names: Names): Draft {
  let left = random.below(TOTAL);
  for (const [weight, make] of RECIPES) {
    if (left < weight) {
      return { ...make(random, names), isRaw: random.oneIn(3) };
    }
    left -= weight;
  }
  return message(random, names);
}

/** At a key that is likely to be there. */
function look(random: Random): Draft {
  const draft = get(itemOf(random));
  return random.oneIn(3)
    ? { ...draft, headers: { "if-none-match": "*" } }
    : draft;
}

function get(path: string): Draft {
  return { ...BASE, method: "GET", path };
}

function post(path: string): Draft {
  return { ...BASE, path };
}

function page(random: Random): Draft {
  const query = [
    random.oneIn(2) ? `limit=${1 + random.below(1_000)}` : "",
    random.oneIn(3) ? `prefix=${encodeURIComponent(MARK)}` : "",
    random.oneIn(3) ? `state=${random.pick(["idle", "queued", "held"])}` : "",
    random.oneIn(9) ? `cursor=${MARK}` : "",
  ].filter((part) => part !== "").join("&");
  const path = `/v1/items/${segment(random, kindOf(random))}`;
  return { ...get(path), query: query === "" ? undefined : query };
}

function cancel(random: Random): Draft {
  const query = random.pick([undefined, "running=true", "running=false"]);
  return { ...post(`${itemOf(random)}/cancel`), query };
}

function control(random: Random): Draft {
  const word = random.pick(["suspend", "suspend", "resume", "reset"]);
  return post(`${itemOf(random)}/${word}`);
}

function letters(random: Random): Draft {
  const path = itemOf(random).replace("/v1/items/", "/v1/dead/");
  return random.pick([
    get(path.split("/").slice(0, 4).join("/")),
    post(`${path}/redrive`),
    { ...BASE, method: "DELETE", path: `${path}/${MARK}` },
  ]);
}
