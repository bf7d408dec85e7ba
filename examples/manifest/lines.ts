/** What the program says: data on stdout, all else on stderr, and never through
 * a progress bar. */
// deno-lint-ignore-file no-console -- a program speaks; and the console, unlike a write, survives a reader that has gone

/** Takes the bar off the screen before a line is printed. */
let clearBar = (): void => {};

/** The bar names what takes it off the screen. */
export function onLine(clear: () => void): void {
  clearBar = clear;
}

/** A line of the result. */
export function say(line: string): void {
  clearBar();
  console.log(line);
}

/** A line about the work. */
export function note(line: string): void {
  clearBar();
  console.error(line);
}
