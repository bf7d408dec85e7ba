/**
 * What an `Idempotency-Key` is made of.
 *
 * @module
 */
import { type Clock, systemRandom } from "../core/clock.ts";

/** A key that no other call has. It is not drawn from the randomness that a test
 * may have replaced: two calls with one key would be one. Chance alone would do;
 * the time is there for hosts that begin with the same chance. */
export function idempotencyKey({ clock }: { readonly clock: Clock }): string {
  const draw = (): string =>
    Math.floor(systemRandom() * 2 ** 48).toString(36).padStart(10, "0");
  return `${clock.today().toString(36)}-${draw()}${draw()}${draw()}`;
}
