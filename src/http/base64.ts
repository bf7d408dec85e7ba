/**
 * Bytes as text and back, where one text stands for the same bytes only once.
 *
 * @module
 */

/** With padding. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(Reflect.apply(String.fromCharCode, undefined, bytes));
}

/** For names and URLs: without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}

/** `undefined` unless it is what `toBase64` would make of it. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    return undefined;
  }
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}
