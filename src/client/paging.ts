/**
 * Lists, page by page.
 *
 * @module
 */
import {
  check,
  checkOne,
  integer,
  KEY,
  type Rule,
  type Rules,
  SIGNAL,
} from "../core/options.ts";
import { STATE } from "../core/state_rule.ts";
import type { TargetPage } from "../core/target.ts";
import type { Call } from "./call.ts";
import type { RemoteQuery } from "./remote_kind.ts";
import type { Shape } from "./shape.ts";

const TEXT: Rule = { must: "a string", type: "string" };
const RULES: Rules<RemoteQuery> = {
  prefix: TEXT,
  state: STATE,
  cursor: TEXT,
  limit: integer(1, 1_000),
  signal: SIGNAL,
};

/** The call for one page of what is at `path`. */
export function pageCall<Each>(
  verb: string,
  kind: string,
  given: RemoteQuery,
  { path, shape }: {
    readonly path: (kind: string) => string;
    readonly shape: Shape<TargetPage<Each>>;
  },
): Call<TargetPage<Each>> {
  checkOne(`Cannot ${verb}`, "kind", KEY, kind);
  const action = `Cannot ${verb} of "${kind}"`;
  const { signal, ...wanted } = check(action, given, RULES);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return {
    action,
    method: "GET",
    path: query.size === 0 ? path(kind) : `${path(kind)}?${query}`,
    effect: "look",
    signal,
    expects: { 200: shape },
  };
}

/** All there are, asked for page by page, as they are taken. */
export async function* allOf<Each>(
  query: RemoteQuery,
  page: (query: RemoteQuery) => Promise<TargetPage<Each>>,
): AsyncGenerator<Each, void, undefined> {
  let { cursor } = query;
  do {
    const { items, cursor: next } = await page({ ...query, cursor });
    yield* items;
    cursor = next;
  } while (cursor !== undefined);
}
