/** Figures and names as a person reads them. */

/** `1234567` as `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A count and its noun, as in `1 file` or `2 files`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Bytes in steps of a thousand, as in `12.3 MB`. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let step = 0;
  let left = value;
  while (left >= 999.5 && step < units.length - 1) {
    left /= 1000;
    step += 1;
  }
  const digits = step === 0 || left >= 99.95 ? 0 : 1;
  return `${left.toFixed(digits)} ${units[step]}`;
}

/** Milliseconds, as in `0.35 ms`, `12 ms` or `3.4 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A path that cannot break a line nor speak to the terminal. */
export function shown(path: string): string {
  if (path === "") return ".";
  if (!/[\p{C}\p{Zl}\p{Zp}"\\]/u.test(path)) return path;
  return JSON.stringify(path).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`,
  );
}
