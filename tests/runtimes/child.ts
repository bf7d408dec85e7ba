/**
 * Child processes with an end: each has a time limit and is ended by its id.
 *
 * @module
 */

/** What is run. */
export interface Job {
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its folder. */
  readonly cwd: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** It is killed after this many ms. */
  readonly limitMs: number;
}

/** What came of it. */
export interface Ending {
  /** The exit code. */
  readonly code: number;
  /** All it wrote to stdout. */
  readonly stdout: string;
  /** All it wrote to stderr. */
  readonly stderr: string;
  /** Was it killed because the time was over? */
  readonly isLate: boolean;
}

/** Runs a program to its end, or to its limit. */
export async function runChild(job: Job): Promise<Ending> {
  const { command, args, cwd, env, limitMs } = job;
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, limitMs);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
    isLate,
  };
}

/** Runs a program that has to succeed; returns its stdout. */
export async function mustRun(what: string, job: Job): Promise<string> {
  const { code, stdout, stderr, isLate } = await runChild(job);
  if (code === 0 && !isLate) return stdout;
  const why = isLate
    ? `it took more than ${job.limitMs} ms`
    : `it exited with ${code}`;
  throw new Error(`Cannot ${what} as ${why}:\n${stdout}${stderr}`);
}

/** Rejects if `promise` takes longer than `limitMs`. */
export async function within<Value>(
  promise: Promise<Value>,
  options: { readonly limitMs: number; readonly what: string },
): Promise<Value> {
  const { limitMs, what } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what}: nothing after ${limitMs} ms`));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
