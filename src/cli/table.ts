/**
 * Tables for people.
 *
 * @module
 */
import { visible, widthOf } from "./visible.ts";

/** Lines with the cells of each column below each other; all cells are made fit
 * for a terminal. Columns of numbers alone stand to the right. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const shown = [head, ...rows].map((row) => row.map(visible));
  const columns = head.map((_, column) => ({
    width: Math.max(...shown.map((row) => widthOf(row[column] ?? ""))),
    isNumeric: rows.length > 0 &&
      rows.every((row) => /^(?:[\d,.]+|)$/.test(row[column] ?? "")),
  }));
  return shown.map((row) =>
    columns.map(({ width, isNumeric }, column) => {
      const cell = row[column] ?? "";
      const space = " ".repeat(width - widthOf(cell));
      return isNumeric ? space + cell : cell + space;
    }).join("  ").trimEnd()
  );
}

/** Names and what they are, one a line. */
export function listOf(
  facts: readonly (readonly [string, string])[],
): string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, fact]) =>
    `${name.padEnd(width)}  ${visible(fact)}`.trimEnd()
  );
}
