/** Run as a child process: plays all cases of a file, or provokes an error with
 * no `onError`, and prints what the host saw of it as one line of JSON. */
import * as api from "../../../mod.ts";
import { cases as hostile } from "../hostile_cases.ts";
import { cases as reentrancy } from "../reentrancy_cases.ts";
import { macroturn } from "./hostile_expect.ts";
import { REPORTABLE } from "./hostile_values.ts";

/** What a child prints. */
export interface Seen {
  /** What was played to its end. */
  readonly names: readonly string[];
  /** What failed. */
  readonly failures: readonly string[];
  /** Rejections that nobody handled. */
  readonly rejections: number;
  /** Errors that nobody caught. */
  readonly errors: number;
  /** Did the scheduler go on? */
  readonly wentOn: boolean;
}

/** Which file of cases, or which default is probed. */
type What = "hostile" | "reentrancy" | "default" | "default, not handled";

const names: string[] = [];
const failures: string[] = [];
let rejections = 0;
let errors = 0;
let wentOn = false;

async function playAll(
  cases: readonly (readonly [string, (all: typeof api) => Promise<void>])[],
): Promise<void> {
  for (const [name, fn] of cases) {
    await fn(api).catch((error) => failures.push(`${name}: ${error.message}`));
    names.push(name);
    await macroturn();
  }
  wentOn = true;
}

/** Each value, thrown and rejected, by the default `onError`. */
async function provoke(): Promise<void> {
  for (const [name, make] of REPORTABLE) {
    const value = make();
    for (const isAsync of [false, true]) {
      const scheduler = new api.Scheduler({ concurrency: 1 });
      scheduler.createWorkItem({
        run: (): unknown => {
          if (isAsync) return Promise.reject(value);
          throw value;
        },
      }).enqueue();
      const after = scheduler.run(() => "went on");
      const late = macroturn().then(macroturn).then(() => "did not go on");
      const end = await Promise.race([after, late]);
      if (end !== "went on") failures.push(`${name}: ${end}`);
    }
    names.push(name);
  }
  wentOn = true;
}

async function provokeUnhandled(): Promise<void> {
  const scheduler = new api.Scheduler({ concurrency: 1 });
  scheduler.createWorkItem({
    run: (): never => {
      throw new Error("provoked on purpose");
    },
  }).enqueue();
  await scheduler.idle();
  await macroturn();
}

function listen(): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    rejections++;
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    errors++;
  });
}

async function main(what: What): Promise<void> {
  if (what !== "default, not handled") listen();
  if (what === "hostile") await playAll(hostile);
  if (what === "reentrancy") await playAll(reentrancy);
  if (what === "default") await provoke();
  if (what === "default, not handled") await provokeUnhandled();
  await macroturn();
  const seen: Seen = { names, failures, rejections, errors, wentOn };
  const line = new TextEncoder().encode(`${JSON.stringify(seen)}\n`);
  await Deno.stdout.write(line);
}

if (import.meta.main) await main(Deno.args[0] as What);
