/**
 * One trial from start to end. Every contestant has a process of its own, and
 * the processes are asked for samples in turn.
 *
 * In one common process they would share the heap and what the compiler has
 * learnt: after a p-queue has made the heap grow, fastq takes a quarter less
 * time, and the bare loop half as much again. Apart, each is as fast as in a
 * program that uses nothing else; taken in turn, the noise of the machine
 * still falls on all alike.
 *
 * @module
 */
import { Participant } from "./participant.ts";
import { PastEngine } from "./past.ts";
import type { Trial } from "./trial.ts";

/** How long a trial goes on. */
export interface Length {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before them, discarded. */
  readonly warmUps: number;
  /** Divides the amount of each sample. */
  readonly divisor: number;
  /** Called before each round. */
  onRound(round: number): void;
}

/** The samples of one contestant, one for each round. */
export interface Series {
  readonly name: string;
  readonly samples: readonly number[];
}

/** The order of round `round`: each contestant comes first in its turn. */
function rotated<Each>(all: readonly Each[], round: number): Each[] {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

/** Runs all contestants of `trial`, interleaved. */
export async function contest(
  trial: Trial,
  length: Length,
): Promise<readonly Series[]> {
  const { rounds, warmUps, divisor, onRound } = length;
  const amount = trial.whole ? trial.amount : trial.amount / divisor;
  await using stack = new AsyncDisposableStack();
  const sides: { participant: Participant; samples: number[] }[] = [];
  for (const [index, { commit }] of trial.contestants.entries()) {
    const past = commit === undefined
      ? undefined
      : stack.use(await PastEngine.at(commit));
    const part = { trial, index, amount, past };
    const participant = stack.use(new Participant(part));
    await participant.prepared(); // One after the other: memory is not shared.
    sides.push({ participant, samples: [] });
  }
  for (let round = 0; round < warmUps + rounds; round++) {
    onRound(round);
    for (const { participant, samples } of rotated(sides, round)) {
      const figure = await participant.sample();
      if (round >= warmUps) samples.push(figure);
    }
  }
  return trial.contestants.map(({ name }, index) => ({
    name,
    samples: sides[index]?.samples ?? [],
  }));
}
