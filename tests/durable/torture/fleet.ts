/**
 * The processes of a torture: who is there now, and who has been.
 *
 * @module
 */
import { mix } from "../../core/sim/random.ts";
import { Child } from "./child.ts";
import type { Role } from "./ledger.ts";

/** Where they work, and how. */
export interface FleetOptions {
  readonly folder: string;
  readonly seed: number;
  readonly leaseMs: number;
  readonly keys: number;
}

const RUNNERS = 3;
const PRODUCERS: readonly string[] = ["a", "b"];

/** Three runners and two producers. */
export class Fleet implements AsyncDisposable {
  readonly #options: FleetOptions;
  readonly #all: Child[] = [];
  runners: readonly Child[] = [];
  producers: readonly Child[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** All that have run items, in the order of their start. */
  get allRunners(): readonly Child[] {
    return this.#all.filter(({ role: { name } }) => !PRODUCERS.includes(name));
  }

  /** Starts them. */
  async start(): Promise<void> {
    const names = Array.from({ length: RUNNERS }, () => this.#nextName());
    this.runners = await Promise.all(names.map((name) => this.#runner(name)));
    this.producers = await Promise.all(
      PRODUCERS.map((name) => this.#producer(name)),
    );
  }

  /** Kills one, and starts another in its place. */
  async replace(child: Child): Promise<void> {
    const isOver = child.isOver;
    await child.kill();
    if (isOver) throw new Error(`Process ${child.name} has ended by itself`);
    const put = (all: readonly Child[], next: Child): readonly Child[] =>
      all.map((each) => each === child ? next : each);
    if (PRODUCERS.includes(child.name)) {
      this.producers = put(this.producers, await this.#producer(child.name));
    } else {
      const next = await this.#runner(this.#nextName());
      this.runners = put(this.runners, next);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((child) => child.kill()));
  }

  #nextName(): string {
    return `runner-${this.#names++}`;
  }
  #names = 1;

  /** Its journal goes on where the one before it ended. */
  #producer(name: string): Promise<Child> {
    return this.#start("./producer.ts", name);
  }

  #runner(name: string): Promise<Child> {
    return this.#start("./runner.ts", name);
  }

  async #start(program: string, name: string): Promise<Child> {
    const { folder, seed, leaseMs, keys } = this.#options;
    const role: Role = {
      name,
      database: databaseIn(folder),
      journal: journalIn(folder, name),
      seed: mix(seed, this.#all.length),
      leaseMs,
      keys,
    };
    const child = new Child(program, role);
    this.#all.push(child);
    await child.ready();
    return child;
  }
}

/** The database of a torture in this folder. */
export function databaseIn(folder: string): string {
  return `${folder}/torture.kv`;
}

/** The journal of a process. */
export function journalIn(folder: string, name: string): string {
  return `${folder}/${name}.log`;
}

/** The names of those who enqueue. */
export function producerNames(): readonly string[] {
  return PRODUCERS;
}
