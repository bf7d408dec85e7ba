/**
 * What is stored of a run that succeeded.
 *
 * @module
 */
import { encode } from "./codec.ts";
import { type Definition, labelOf } from "./definition.ts";
import { LimitError } from "./errors.ts";
import type { Store } from "./store.ts";
import type { Claim, Loaded, Verdict, Write } from "./stored.ts";

/** What is known of it. */
export interface CompletionFacts {
  readonly engine: { readonly store: Store };
  readonly claim: Claim;
  readonly definition: Definition;
  readonly loaded: Loaded;
  /** As the callback left it. */
  readonly context: unknown;
  /** What the callback returned. */
  readonly value: unknown;
  readonly writes: readonly Write[];
  /** Replies that are told here. */
  readonly told: ReadonlySet<string>;
}

/** The verdict on a run that succeeded. Throws if it cannot be stored. */
export function completionOf(facts: CompletionFacts): Verdict {
  const { writes, told } = facts;
  return {
    type: "complete",
    context: contextOf(facts),
    result: resultOf(facts),
    writes,
    told,
  };
}

/** `undefined`: as it was. */
function contextOf(
  { engine, claim, definition, loaded, context }: CompletionFacts,
): Uint8Array | undefined {
  if (definition.context === undefined && loaded.context === undefined) {
    return undefined; // It never had one.
  }
  const action = `Cannot store the context of ${labelOf(claim)}`;
  const bytes = encode(context, action);
  checkSize(action, bytes, engine.store.limits.contextBytes);
  return isEqual(bytes, loaded.context) ? undefined : bytes;
}

/** `undefined`: nobody elsewhere waits for it. */
function resultOf(
  { engine, claim, loaded, value, told }: CompletionFacts,
): Uint8Array | undefined {
  const isAwaited = loaded.messages.some(({ reply }) =>
    reply !== undefined && !told.has(reply)
  );
  if (!isAwaited) return undefined;
  const action = `Cannot store the result of ${labelOf(claim)}`;
  const bytes = encode(value, action);
  checkSize(action, bytes, engine.store.limits.resultBytes);
  return bytes;
}

function checkSize(action: string, bytes: Uint8Array, limit: number): void {
  if (bytes.length <= limit) return;
  throw new LimitError(action, "it", { bytes: bytes.length, limit });
}

function isEqual(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, index) => byte === b[index]);
}
