/** Shows on stderr how far the first look has come: a bar on a terminal, a plain
 * line now and then elsewhere. */
import { bytes, count } from "./figures.ts";
import { note, onLine } from "./lines.ts";

/** How far it is, asked for when it is shown. */
export interface Position {
  readonly done: number;
  readonly seen: number;
  readonly bytes: number;
  /** All has been seen, so that a share can be told. */
  readonly complete: boolean;
}

const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 2000;
const BAR_WIDTH_MAX = 30;
const WIDTH_DEFAULT = 80;
const ERASE_LINE = "\r\x1b[K";
const GREEN = "\x1b[32m";
const PLAIN = "\x1b[0m";

/** Starts to show; the returned function ends it and leaves nothing behind. */
export function showProgress(position: () => Position): () => void {
  return canDraw() ? showBar(position) : showLines(position);
}

function canDraw(): boolean {
  return Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
}

function showBar(position: () => Position): () => void {
  const startedAt = performance.now();
  let drawn = false;
  const clear = (): void => {
    if (drawn) write(ERASE_LINE);
    drawn = false;
  };
  const draw = (): void => {
    const ms = performance.now() - startedAt;
    write(ERASE_LINE + barOf(position(), { ms, width: widthOfTerminal() }));
    drawn = true;
  };
  onLine(clear);
  const timer = setInterval(draw, BAR_EVERY_MS);
  return () => {
    clearInterval(timer);
    clear();
    onLine(() => {});
  };
}

function showLines(position: () => Position): () => void {
  const startedAt = performance.now();
  const timer = setInterval(() => {
    note(textOf(position(), performance.now() - startedAt));
  }, LINE_EVERY_MS);
  return () => clearInterval(timer);
}

/** The line of a terminal this wide, which it never fills. */
function barOf(
  position: Position,
  { ms, width }: { ms: number; width: number },
): string {
  const text = textOf(position, ms);
  const room = Math.min(BAR_WIDTH_MAX, width - text.length - 4);
  if (room < 5) return text.slice(0, Math.max(0, width - 1));
  const share = position.seen === 0 ? 0 : position.done / position.seen;
  const full = Math.floor(room * Math.min(1, share));
  const filled = "=".repeat(full);
  const bar = Deno.noColor ? filled : `${GREEN}${filled}${PLAIN}`;
  return `[${bar}${" ".repeat(room - full)}] ${text}`;
}

function textOf(position: Position, ms: number): string {
  const { done, seen, complete } = position;
  const of = complete ? count(seen) : `${count(seen)} seen so far`;
  const speed = bytes(position.bytes / Math.max(0.001, ms / 1000));
  return `${count(done)} of ${of}, ${bytes(position.bytes)}, ${speed}/s`;
}

function widthOfTerminal(): number {
  try {
    return Deno.consoleSize().columns || WIDTH_DEFAULT;
  } catch {
    return WIDTH_DEFAULT;
  }
}

function write(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // The terminal has gone; the work goes on.
  }
}
