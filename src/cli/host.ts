/**
 * What the command line needs of the process it runs in.
 *
 * @module
 */
import { type Clock, systemClock } from "../core/clock.ts";

/** A signal that ends a process. */
export type EndSignal = "SIGINT" | "SIGTERM";

/** The process, as the commands see it. */
export interface Host {
  /** Where time comes from. */
  readonly clock: Clock;
  /** What a relative path starts from. */
  folder(): string;
  /** May output have colors at all, and does it go to a terminal? */
  readonly colors: { readonly out: boolean; readonly err: boolean };
  /** A variable of the environment, if it may be read and is not empty. */
  env(name: string): string | undefined;
  /** All of stdin. */
  read(): Promise<string>;
  /** Writes to stdout; rejects with `Deno.errors.BrokenPipe` when nobody reads
   * any more. */
  write(text: string): Promise<void>;
  /** Writes a line to stderr, and never fails. */
  note(line: string): void;
  /** Calls back for each signal that asks for an end. Returns what stops it. */
  onEnd(callback: (signal: EndSignal) => void): () => void;
  /** Ends the process, whatever is still going on in it. */
  exit(code: number): never;
}

/** This process. */
export function denoHost(): Host {
  const isPlain = Deno.noColor || readEnv("TERM") === "dumb";
  return {
    clock: systemClock,
    folder: () => Deno.cwd(), // Not before it is asked for: it needs a permission.
    colors: {
      out: !isPlain && Deno.stdout.isTerminal(),
      err: !isPlain && Deno.stderr.isTerminal(),
    },
    env: readEnv,
    read: async () => await new Response(Deno.stdin.readable).text(),
    write: (text) => writeAll(Deno.stdout, text),
    note,
    onEnd,
    exit: (code) => Deno.exit(code),
  };
}

function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch {
    return undefined; // It may not be read: then it says nothing.
  }
}

async function writeAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    rest = rest.subarray(await stream.write(rest));
  }
}

function note(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  try {
    let written = 0;
    while (written < bytes.length) {
      written += Deno.stderr.writeSync(bytes.subarray(written));
    }
  } catch {
    // Nobody reads it: there is nowhere else to say so.
  }
}

function onEnd(callback: (signal: EndSignal) => void): () => void {
  const signals: readonly EndSignal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  const listeners = signals.map((signal) => {
    const listener = (): void => callback(signal);
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) {
      Deno.removeSignalListener(signal, listener);
    }
  };
}
