/**
 * The peers, pinned, and what all cases share in the use of them: each is told
 * of completion by the cheapest means that it documents.
 *
 * @module
 */
// @ts-types="npm:@types/async@3.2.26"
import { queue as asyncQueue, type QueueObject } from "npm:async@3.2.6";
import fastq from "npm:fastq@1.20.3";
import pLimit, { type LimitFunction } from "npm:p-limit@7.3.3";
import PQueue from "npm:p-queue@10.0.0";

export {
  asyncQueue,
  fastq,
  type LimitFunction,
  pLimit,
  PQueue,
  type QueueObject,
};

/** What the imports above pin. */
export const PEER_VERSIONS: Readonly<Record<string, string>> = {
  async: "3.2.6",
  fastq: "1.20.3",
  "p-limit": "7.3.3",
  "p-queue": "10.0.0",
};

/** What is pushed to a peer: made before the clock starts, as our items are. */
export interface Value {
  readonly index: number;
}

/** `amount` values, made before. */
export function makeValues(amount: number): Value[] {
  return Array.from({ length: amount }, (_, index) => ({ index }));
}

/** Resolves when fastq's callback API has nothing left, as its promise API's
 * `drained()` does. */
export function drained(queue: fastq.queue): Promise<void> {
  return new Promise((resolve) => {
    if (queue.idle()) resolve();
    else queue.drain = resolve;
  });
}

/** For a peer that is faster with a callback than with a promise. */
export function ignore(): void {}
