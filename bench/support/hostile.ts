/**
 * Clients that do harm by being slow, in a process of their own: a third sends
 * a body byte by byte, a third half of a body, a third half of the headers.
 * Whoever is cut off comes again. Started with the port and how many there are;
 * tells in a line when all are there, and what came of them once it is sent one.
 *
 * @module
 */
import { ENQUEUE_PATH, TOKEN } from "./address.ts";

/** What came of those whose body never ends. */
export interface Fates {
  /** Answered 408, and the connection closed. */
  readonly closed: number;
  /** Answered 408; the host's server waits for the rest. */
  readonly left: number;
  /** Answered anything else, or closed without a word. */
  readonly other: number;
  /** Milliseconds until the slowest of these answers. */
  readonly longestMs: number;
  /** How many half-sent headers were closed by the server. */
  readonly headers: number;
}

type Way = "drip" | "half a body" | "half of the headers";

const WAYS: readonly Way[] = ["drip", "half a body", "half of the headers"];
const BYTES = 200;
const DRIP_EVERY_MS = 1_000;
/** How long one that has its answer waits for the end of its connection. */
const CLOSED_MS_MAX = 1_500;

const encoder = new TextEncoder();
const fates: { -readonly [Name in keyof Fates]: number } = {
  closed: 0,
  left: 0,
  other: 0,
  longestMs: 0,
  headers: 0,
};
let isOver = false;

function headOf(index: number): string {
  return [
    `POST ${ENQUEUE_PATH}/hostile-${index}/messages HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: Bearer ${TOKEN}`,
    "Content-Type: application/json",
    `Content-Length: ${BYTES}`,
    "",
    "",
  ].join("\r\n");
}

function firstOf(way: Way, index: number): string {
  const head = headOf(index);
  if (way === "half of the headers") return head.slice(0, head.length / 2);
  return head + (way === "drip" ? '"' : `"${"x".repeat(BYTES / 2)}`);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function write(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = encoder.encode(text);
  let start = 0;
  while (start < bytes.length) {
    start += await connection.write(bytes.subarray(start));
  }
}

/** Until it fails: the server has closed. */
function drip(connection: Deno.Conn): () => void {
  const timer = setInterval(
    () => write(connection, "x").catch(() => clearInterval(timer)),
    DRIP_EVERY_MS,
  );
  return () => clearInterval(timer);
}

/** What the server says next; nothing once it has closed. */
async function heard(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(4_096);
  const count = await connection.read(buffer).catch(() => null);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

async function isClosed(connection: Deno.Conn): Promise<boolean> {
  const late = later(CLOSED_MS_MAX).then(() => false);
  const end = (async () => {
    while (await heard(connection) !== "");
    return true;
  })();
  return await Promise.race([end, late]);
}

/** One connection, until the server has ended it. */
async function suffer(
  connection: Deno.Conn,
  way: Way,
  startMs: number,
): Promise<void> {
  const stop = way === "drip" ? drip(connection) : () => {};
  const answer = await heard(connection);
  const elapsedMs = performance.now() - startMs;
  const wasClosed = answer !== "" && await isClosed(connection);
  stop();
  if (isOver) return; // We have closed it, or might have.
  if (way === "half of the headers") fates.headers++;
  else if (!answer.startsWith("HTTP/1.1 408 ")) fates.other++;
  else if (wasClosed) fates.closed++;
  else fates.left++;
  if (way !== "half of the headers") {
    fates.longestMs = Math.max(fates.longestMs, elapsedMs);
  }
}

/** One client: it comes, is cut off, and comes again. */
async function torment(
  port: number,
  index: number,
  onThere: () => void,
): Promise<void> {
  const way = WAYS[index % WAYS.length] ?? "drip";
  while (!isOver) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const startMs = performance.now();
    await write(connection, firstOf(way, index));
    onThere();
    await suffer(connection, way, startMs);
    connection.close();
  }
}

async function tell(line: unknown): Promise<void> {
  await Deno.stdout.write(encoder.encode(`${JSON.stringify(line)}\n`));
}

async function main([port, amount]: readonly string[]): Promise<void> {
  const indexes = Array.from({ length: Number(amount) }, (_, index) => index);
  await Promise.all(
    indexes.map((index) =>
      new Promise<void>((resolve) => { // What fails afterwards ends it all.
        torment(Number(port), index, resolve);
      })
    ),
  );
  await tell({ there: indexes.length });
  await Deno.stdin.read(new Uint8Array(1));
  isOver = true;
  await tell(fates);
}

if (import.meta.main) {
  await main(Deno.args);
  Deno.exit(0);
}
