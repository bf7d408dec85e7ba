/**
 * Which version of the package this is.
 *
 * @module
 */

/** As `deno.json` has it; a test compares them. */
export const VERSION = "0.1.0";
