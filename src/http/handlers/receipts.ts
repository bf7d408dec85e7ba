/**
 * How an enqueue is answered.
 *
 * @module
 */
import type { ItemName } from "../../core/calls.ts";
import type { TargetReceipt } from "../../core/target.ts";
import type { StoredAnswer } from "../idempotency.ts";
import type { Takes } from "../place.ts";

/** Where the item is, as seen from where it was enqueued: relative, so that it
 * is right below any mount. */
export function locationOf(
  { kind, key }: ItemName<string>,
  takes: Takes,
): string {
  const segment = encodeURIComponent(key);
  return takes === "event"
    ? `items/${encodeURIComponent(kind)}/${segment}`
    : `../${segment}`;
}

/** 202: it is kept, and will run. */
export function accepted(
  { outcome, version }: TargetReceipt,
  location: string,
): StoredAnswer {
  return {
    status: 202,
    headers: { "Location": location },
    body: JSON.stringify({ outcome, version }),
  };
}

/** The receipt of an answer that was given before. */
export function receiptOf({ body }: StoredAnswer): TargetReceipt {
  const { outcome, version } = JSON.parse(body) as TargetReceipt; // It is ours.
  return { outcome, version };
}
