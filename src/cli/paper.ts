/**
 * What the command line says: data on stdout, all else on stderr; for people, or
 * as JSON for programs.
 *
 * @module
 */
import type { Failure } from "./failure.ts";
import type { Host } from "./host.ts";
import { jsonOf, visible } from "./visible.ts";

const COLORS = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

/** A color or weight. */
export type Color = keyof typeof COLORS;

/** How to say it. */
export interface PaperOptions {
  readonly isJson: boolean;
  /** `false`: no colors, even on a terminal. */
  readonly hasColors: boolean;
}

/** Says things. */
export class Paper {
  /** Is JSON wanted? */
  readonly isJson: boolean;
  readonly #host: Host;
  readonly #hasColors: boolean;

  constructor(host: Host, { isJson, hasColors }: PaperOptions) {
    this.#host = host;
    this.isJson = isJson;
    this.#hasColors = hasColors;
  }

  /** Data for programs, in one line, or lines for people. */
  async tell(value: unknown, lines: () => readonly string[]): Promise<void> {
    await (this.isJson ? this.json(value) : this.lines(lines()));
  }

  /** One line of JSON on stdout. */
  async json(value: unknown): Promise<void> {
    await this.#host.write(`${jsonOf(value)}\n`);
  }

  /** Lines on stdout. What they hold from far away has been made visible. */
  async lines(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#host.write(`${lines.join("\n")}\n`);
  }

  /** A line on stderr about what goes on. */
  note(line: string): void {
    this.#host.note(visible(line));
  }

  /** A failure, on stderr. */
  fail({ message, hint, code, status, exit }: Failure): void {
    if (this.isJson) {
      const error = { message, code, hint, status, exit };
      return this.#host.note(jsonOf({ error }));
    }
    const error = this.#paint("red", "error:", this.#host.colors.err);
    const [first = "", ...more] = message.split("\n").map(visible);
    for (const line of [`${error} ${first}`, ...more]) this.#host.note(line);
    if (hint !== undefined) this.#host.note(visible(hint));
  }

  /** Text for stdout, in a color if there are any. */
  paint(color: Color, text: string): string {
    return this.#paint(color, text, this.#host.colors.out);
  }

  #paint(color: Color, text: string, isTerminal: boolean): string {
    if (!this.#hasColors || !isTerminal) return text;
    const [on, off] = COLORS[color];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  }
}
