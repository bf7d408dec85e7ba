/**
 * The strict JSON of H9 once more, written from the law and not from the source:
 * slow and plain, so that the fast one can be compared with it.
 *
 * @module
 */

/** What a text may hold. */
export interface ReaderLimits {
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly maxKeys: number;
}

/** The value of a text; `undefined` if it must be refused. */
export function readStrictly(
  bytes: Uint8Array,
  limits: ReaderLimits,
): { readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
    const value: unknown = JSON.parse(text);
    const size = measure(value, { depth: 0, ...limits });
    const isFine = !size.isTooMuch && size.nodes <= limits.maxNodes &&
      keysIn(text) === size.keys && !hasLostNumbers(text);
    return isFine ? { value } : undefined;
  } catch {
    return undefined;
  }
}

interface Size {
  nodes: number;
  keys: number;
  isTooMuch: boolean;
}

function measure(
  value: unknown,
  limits: ReaderLimits & { readonly depth: number },
): Size {
  const size: Size = { nodes: 1, keys: 0, isTooMuch: false };
  if (typeof value === "string") size.isTooMuch = !value.isWellFormed();
  if (typeof value !== "object" || value === null) return size;
  const depth = limits.depth + 1;
  if (depth > limits.maxDepth) return { ...size, isTooMuch: true };
  if (!Array.isArray(value)) {
    const names = Object.keys(value);
    size.keys = names.length;
    size.isTooMuch = names.length > limits.maxKeys ||
      names.some((name) => !name.isWellFormed());
  }
  for (const each of Object.values(value)) {
    const inner = measure(each, { ...limits, depth });
    size.nodes += inner.nodes;
    size.keys += inner.keys;
    size.isTooMuch ||= inner.isTooMuch;
  }
  return size;
}

const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

/** How many keys stand in a text: more than were read means one twice. */
function keysIn(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(STRING)) {
    if (colon !== undefined) count++;
  }
  return count;
}

/** Is there a number that a receiver may read as another one? */
function hasLostNumbers(text: string): boolean {
  const rest = text.replaceAll(STRING, '""');
  for (const [written] of rest.matchAll(/-?\d[\d.eE+-]*/g)) {
    const value = Number(written);
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return true;
    if (value === 0 && /[1-9]/.test(written.replace(/[eE].*/, ""))) return true;
  }
  return false;
}
