/**
 * The few assertions of the store contract, so that it works with any runner.
 *
 * @module
 */

/** What an expectation of the contract was not met by. */
export class ContractError extends Error {
  /** Always `"ContractError"`. */
  override readonly name: string = "ContractError";
}

/** Throws unless `actual` is the same data as `expected`. A property that is
 * `undefined` is as good as none. */
export function expectEqual(
  actual: unknown,
  expected: unknown,
  what: string,
): void {
  const found = show(actual);
  const wanted = show(expected);
  if (found === wanted) return;
  throw new ContractError(`${what}: expected ${wanted}, received ${found}`);
}

/** Throws unless it holds. */
export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ContractError(`Expected that ${what}`);
}

/** The value, which has to be there. */
export function expectSome<Value>(
  value: Value | null | undefined,
  what: string,
): Value {
  if (value === undefined || value === null) {
    throw new ContractError(`Expected ${what}, received ${String(value)}`);
  }
  return value;
}

/** Throws unless it is an error of this name, or a promise rejects with one. */
export async function expectError(
  outcome: unknown,
  name: string,
  what: string,
): Promise<void> {
  let found = outcome;
  try {
    found = await outcome;
  } catch (error) {
    found = error;
  }
  if (found instanceof Error && found.name === name) return;
  const received = found instanceof Error ? found.stack : show(found);
  throw new ContractError(`${what}: expected ${name}, received ${received}`);
}

/** The same text for the same data. */
function show(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part === "number" && !Number.isFinite(part)) return `${part}`;
    if (part instanceof Uint8Array) return { bytes: [...part].join(" ") };
    if (!isPlain(part)) return part;
    return Object.fromEntries(
      Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1),
    );
  }) ?? "undefined";
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
