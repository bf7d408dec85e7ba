/**
 * Comparison with a secret, in a time that tells nothing of it but its length.
 *
 * @module
 */

/** Is the text that was shown the secret one? All of the secret is looked at,
 * wherever the first difference is. */
export function sameText(shown: string, secret: string): boolean {
  const last = shown.length - 1;
  if (last < 0) return secret.length === 0;
  let difference = shown.length ^ secret.length;
  for (let index = 0; index < secret.length; index++) {
    const at = index < last ? index : last;
    difference |= shown.charCodeAt(at) ^ secret.charCodeAt(index);
  }
  return difference === 0;
}
