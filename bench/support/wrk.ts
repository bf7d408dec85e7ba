/**
 * A client that nobody here wrote: `wrk`, in a process of its own, and what it
 * says of a server.
 *
 * @module
 */
import { ENQUEUE_PATH, TOKEN } from "./address.ts";

/** What is asked for, and by how many at once. */
export interface Load {
  /** Of the server, without a path. */
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** How many items there are, asked for in turn. */
  readonly keys: number;
  /** Of a `Prefer` header. @default None. */
  readonly prefer?: string | undefined;
}

/** What came of it. */
export interface Answers {
  /** How many were answered. */
  readonly requests: number;
  /** How long all took, in microseconds. */
  readonly us: number;
  /** Microseconds below which half of the answers came. */
  readonly p50: number;
  /** The same of 99 in 100. */
  readonly p99: number;
}

/** What a process needs that asks for it. */
export const RIGHTS: readonly string[] = [
  "--allow-net=127.0.0.1",
  "--allow-read",
  "--allow-run",
];

const NS_IN_US = 1_000;
/** What is slow is told by its figure; only what is lost is refused. */
const TIMEOUT = "30s";
const SCRIPT = new URL("./enqueue.lua", import.meta.url).pathname;
const MISSING = 'Cannot bench over HTTP without "wrk": install it ' +
  "(apt install wrk, brew install wrk), or name other cases by --only";

/** Throws unless there is a client. */
export async function expectWrk(): Promise<void> {
  await output(["-v"]);
}

/** Asks for enqueues as fast as they are answered. Throws unless each one was
 * accepted. */
export async function ask(load: Load): Promise<Answers> {
  const { url, seconds, connections, keys, prefer } = load;
  const extra = prefer === undefined ? [] : [prefer];
  const text = await output([
    ...["--threads", "1", "--connections", `${connections}`],
    ...[
      "--timeout",
      TIMEOUT,
      "--duration",
      `${seconds}`,
      "--script",
      SCRIPT,
      url,
      "--",
    ],
    ...[ENQUEUE_PATH, `${keys}`, TOKEN, ...extra],
  ]);
  const told = JSON.parse(text.slice(text.lastIndexOf("{")));
  const { refused, broken, ...answers } = told;
  if (refused === 0 && broken === 0 && answers.requests > 0) return answers;
  throw new Error(
    `Cannot use the sample as all ${answers.requests} were to be accepted: ` +
      `refused ${refused}, broken ${broken}`,
  );
}

/** Nanoseconds for each. */
export function nsEach({ us, requests }: Answers): number {
  return us * NS_IN_US / requests;
}

/** Nanoseconds below which 99 in 100 were answered. */
export function nsAtP99({ p99 }: Answers): number {
  return p99 * NS_IN_US;
}

/** Nanoseconds below which half were answered. */
export function nsAtP50({ p50 }: Answers): number {
  return p50 * NS_IN_US;
}

async function output(args: readonly string[]): Promise<string> {
  const command = new Deno.Command("wrk", { args: [...args] });
  try {
    const { stdout } = await command.output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(MISSING);
    throw error;
  }
}
