/**
 * What is told to who names a kind that there is not.
 *
 * @module
 */
import { WorkItemError } from "./errors.ts";

/** No kind of this name is defined here. */
export class UnknownKindError extends WorkItemError {
  /** Always `"UnknownKindError"`. */
  override readonly name: string = "UnknownKindError";

  /** `action` is what was refused, as `Cannot enqueue`. */
  constructor(action: string, known: readonly string[]) {
    const list = known.map((kind) => `"${kind}"`).join(", ");
    super(`${action} as no kind of this name is defined here`, {
      code: "WI-UNKNOWN-KIND",
      hint: known.length === 0
        ? "No kind is defined yet: define() it first."
        : `Known: ${list}.`,
    });
  }
}
