/**
 * Text that came from far away, made fit for a terminal: what would move its
 * cursor, change its colors or turn its direction is shown, not obeyed.
 *
 * @module
 */

// C0, DEL, C1; what turns the direction; separators; the byte order mark; halves
// of characters.
const HIDDEN =
  // deno-lint-ignore no-control-regex -- they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** The text, with what cannot be seen escaped as `\u{1b}`. */
export function visible(text: string): string {
  return text.replaceAll(
    HIDDEN,
    (found) => `\\u{${found.charCodeAt(0).toString(16)}}`,
  );
}

/** JSON in one line, still the same value, and as safe for a terminal. */
export function jsonOf(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replaceAll(
    HIDDEN,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const NARROW = /\p{Mark}|\u200b|\u200d/u;

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    width += WIDE.test(character) ? 2 : NARROW.test(character) ? 0 : 1;
  }
  return width;
}
