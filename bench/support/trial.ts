/**
 * What a trial is: contestants that do the same, and what is asked of them.
 *
 * @module
 */

/** One sample, in the trial's unit; per run, item or enqueue. */
export type Sample = () => Promise<number>;

/** One side of a comparison. It has a process of its own. */
export interface Contestant {
  readonly name: string;
  /** Its process has the engine of this commit.
   *
   * @default The engine of the tree as it is. */
  readonly commit?: string;
  /** Makes what exists before the clock starts; the sample is taken often. */
  prepare(amount: number): Sample;
}

/** Something that the figures must show. */
export type Goal =
  | {
    /** `rival` takes at least `factor` times as long as `subject`. */
    readonly kind: "faster";
    readonly subject: string;
    readonly rival: string;
    readonly factor: number;
  }
  | {
    /** `subject` takes at most `factor` times as long as `rival`. */
    readonly kind: "within";
    readonly subject: string;
    readonly rival: string;
    readonly factor: number;
  }
  | {
    /** The figure of `subject` is below `limit`, in the trial's unit. */
    readonly kind: "below";
    readonly subject: string;
    readonly limit: number;
  };

/** Contestants side by side. */
export interface Trial {
  /** The case's letter, and which of its trials. */
  readonly id: string;
  readonly title: string;
  /** What one figure of the table is. */
  readonly unit:
    | "ns per run"
    | "ns per enqueue"
    | "ns per request"
    | "ns at p50"
    | "ns at p99"
    | "ns to start"
    | "bytes";
  /** How many runs, items or enqueues one sample has; over HTTP, how many
   * seconds it goes on. */
  readonly amount: number;
  /** `--quick` leaves the amount as it is. @default {false} */
  readonly whole?: boolean;
  readonly contestants: readonly Contestant[];
  readonly goals: readonly Goal[];
  /** Whom the last column compares the others with. */
  readonly reference: string;
  /** What its processes may do, as flags. @default Nothing. */
  readonly rights?: readonly string[];
  /** Limit of each process's old space. @default {4096} */
  readonly heapMb?: number;
  /** What a reader must know to judge the figures. */
  readonly note?: string;
}

/** The name of this library's contestant, wherever it has only one. */
export const OURS = "workitem";
