/**
 * The command `serve`: hosts the kinds of a module behind an endpoint, until it is
 * asked to end. The first signal drains: nothing new is taken, what runs may end,
 * and all who ask are answered; the second one ends it at once.
 *
 * @module
 */
import type { Call } from "./command.ts";
import { EXIT, misuse } from "./failure.ts";
import type { Given } from "./flags.ts";
import type { EndSignal, Host } from "./host.ts";
import { type Hosted, startHosting } from "./hosting.ts";
import { loadKinds } from "./kinds_of.ts";
import {
  type Address,
  checkAddress,
  listen,
  type Listening,
} from "./listening.ts";
import type { Paper } from "./paper.ts";
import { PORT_DEFAULT, readToken } from "./remote.ts";
import { parseSpan, shownSpan } from "./spans.ts";

/** A process that does no more than collect garbage must not count as lost. */
const LEASE_MIN_MS = 1_000;
const GRACE_DEFAULT_MS = 30_000;
/** One press may arrive twice, from the terminal and from `deno task`. */
const SAME_PRESS_MS = 300;

/** Serves until it is asked to end. */
export async function serve({ given, host, paper }: Call): Promise<number> {
  const address = readAddress(given);
  const graceMs = parseSpan(
    "--grace",
    given.text("grace") ?? `${GRACE_DEFAULT_MS}ms`,
    "s",
  );
  const concurrency = readNumber(given, "concurrency", 1);
  const leaseMs = readLease(given);
  const token = await readToken(host, given);
  checkAddress(address, token);
  const [module = ""] = given.words;
  const { kinds, others } = await loadKinds(module, () => host.folder());
  if (others.length > 0) paper.note(`no kinds: ${others.join(", ")}`);
  const store = given.text("store");
  const note = (line: string): void => paper.note(line);
  const how = { store, concurrency, leaseMs, note };
  const hosted = await startHosting({ kinds, ...how });
  const listening = await listenOrClose(
    hosted,
    () =>
      listen(hosted, { ...address, token, isLogging: given.has("log") }, host),
  );
  await greet(paper, {
    url: listening.url,
    kinds: kinds.map(({ name }) => name),
    store: store ?? null,
    auth: token === undefined ? "none" : "bearer",
  });
  await untilAsked(host, () => {
    paper.note(
      `draining: nothing new is taken, what runs has ${shownSpan(graceMs)};` +
        " once more ends it at once",
    );
  });
  await end(hosted, listening, { graceMs, note });
  return EXIT.done;
}

interface Greeting {
  readonly url: string;
  readonly kinds: readonly string[];
  readonly store: string | null;
  readonly auth: "none" | "bearer";
}

async function greet(paper: Paper, greeting: Greeting): Promise<void> {
  if (paper.isJson) return await paper.json(greeting);
  const { url, kinds, store, auth } = greeting;
  const kept = store === null ? "in memory alone" : `kept in ${store}`;
  const open = auth === "none"
    ? "no token, for this machine alone"
    : "by token";
  paper.note(`serving ${kinds.join(", ")} at ${url} (${kept}; ${open})`);
}

/** Resolves when the process is asked to end; asked once more, it is over. */
function untilAsked(host: Host, first: () => void): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    host.onEnd((signal: EndSignal) => {
      const now = host.clock.now();
      if (firstAt === undefined) {
        firstAt = now;
        first();
        return resolve();
      }
      if (now - firstAt < SAME_PRESS_MS) return;
      host.exit(signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated);
    });
  });
}

/** The endpoint goes on answering while the scheduler drains: who waits for a
 * result gets it, and `/readyz` says that it is ending. */
async function end(
  hosted: Hosted,
  listening: Listening,
  { graceMs, note }: {
    readonly graceMs: number;
    readonly note: (line: string) => void;
  },
): Promise<void> {
  const report = await hosted.drain(graceMs);
  await listening.close();
  await hosted.close();
  for (const line of report) note(line);
}

async function listenOrClose(
  hosted: Hosted,
  open: () => Promise<Listening>,
): Promise<Listening> {
  try {
    return await open();
  } catch (error) {
    await hosted.drain(0);
    await hosted.close();
    throw error;
  }
}

function readAddress(given: Given): Address {
  const port = readNumber(given, "port", 0) ?? PORT_DEFAULT;
  if (port > 65_535) throw misuse("--port must be a whole number to 65535");
  const host = given.text("host") ?? "127.0.0.1";
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  if (hostname === "") throw misuse("--host must be a name or an address");
  return { hostname, port };
}

function readLease(given: Given): number | undefined {
  const text = given.text("lease");
  if (text === undefined) return undefined;
  if (!given.has("store")) throw misuse("--lease is of a store: give --store");
  const leaseMs = parseSpan("--lease", text, "s");
  if (leaseMs >= LEASE_MIN_MS) return leaseMs;
  throw misuse(`--lease must be ${shownSpan(LEASE_MIN_MS)} or more`);
}

function readNumber(
  given: Given,
  name: string,
  min: number,
): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (number >= min) return number;
  throw misuse(`--${name} must be a whole number from ${min}`);
}
