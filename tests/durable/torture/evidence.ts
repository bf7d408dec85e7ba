/**
 * All that is known when a torture is over, for the judges.
 *
 * @module
 */
import type { FsckReport } from "../../../src/durable/store.ts";
import type { Child, Life } from "./child.ts";
import {
  type Ms,
  type ProducerEvent,
  readJournal,
  type RunnerEvent,
} from "./journal.ts";
import { journalIn, producerNames } from "./fleet.ts";

/** Something that must not be. */
export interface Violation {
  /** Which law is broken. */
  readonly law: string;
  /** Of which message, key or process. */
  readonly subject: string;
  readonly detail: string;
  /** Whose history tells more, and about when. */
  readonly place?: { readonly key: string; readonly at: Ms };
}

/** A claim, from its beginning to its end. */
export interface ClaimStory {
  readonly key: string;
  readonly session: string;
  readonly fence: string;
  readonly life: Life;
  readonly claimedAt: Ms;
  /** When its callback was called, if it was. */
  beganAt: Ms | undefined;
  /** When its callback settled, or it was given back unrun. */
  endedAt: Ms | undefined;
}

/** A message, from its sending to its answer. */
export interface MessageStory {
  readonly id: string;
  readonly key: string;
  readonly producer: string;
  /** Which one of its producer, from 1. */
  readonly number: number;
  readonly sentAt: Ms;
  isResent: boolean;
  acknowledgedAt: Ms | undefined;
}

/** What the store holds in the end. */
export interface Remains {
  /** Keys of items that are still owed something. */
  readonly owed: readonly string[];
  readonly deadLetters: number;
  readonly sessions: number;
  readonly fsck: FsckReport;
  /** The ledger of each key. */
  readonly ledgers: ReadonlyMap<string, readonly string[]>;
}

/** All of it. */
export interface Evidence {
  readonly lives: readonly Life[];
  /** By key, in the order of their fences. */
  readonly claims: ReadonlyMap<string, readonly ClaimStory[]>;
  /** When the last confirmed renewal of a session was sent. */
  readonly beats: ReadonlyMap<string, Ms>;
  /** When each process sent a renewal that was confirmed; by its name. */
  readonly pulses: ReadonlyMap<string, readonly Ms[]>;
  /** How often a store was deaf. */
  readonly deafTimes: number;
  readonly messages: ReadonlyMap<string, MessageStory>;
  /** Errors that schedulers told, and how often. */
  readonly troubles: ReadonlyMap<string, number>;
  readonly remains: Remains;
}

/** Reads all journals. */
export async function collect(
  folder: string,
  runners: readonly Child[],
  remains: Remains,
): Promise<Evidence> {
  const beats = new Map<string, Ms>();
  const pulses = new Map<string, Ms[]>();
  const troubles = new Map<string, number>();
  let deafTimes = 0;
  const claims: ClaimStory[] = [];
  for (const life of runners) {
    const path = journalIn(folder, life.name);
    const events = await readJournal<RunnerEvent>(path);
    claims.push(...claimsOf(life, events));
    const pulse: Ms[] = [];
    for (const event of events) {
      if (event[0] === "beat") {
        beats.set(event[1], event[2]);
        pulse.push(event[2]);
      } else if (event[0] === "deaf") {
        deafTimes++;
      } else if (event[0] === "trouble") {
        const what = `${event[1]}: ${event[2]}`;
        troubles.set(what, (troubles.get(what) ?? 0) + 1);
      }
    }
    pulses.set(life.name, pulse);
  }
  claims.sort((one, other) => one.fence < other.fence ? -1 : 1);
  return {
    lives: runners,
    claims: Map.groupBy(claims, ({ key }) => key),
    beats,
    pulses,
    deafTimes,
    messages: await collectMessages(folder),
    troubles,
    remains,
  };
}

function claimsOf(life: Life, events: readonly RunnerEvent[]): ClaimStory[] {
  const claims = new Map<string, ClaimStory>();
  for (const event of events) {
    if (event[0] === "claimed") {
      const [, session, key, fence, claimedAt] = event;
      const none = { beganAt: undefined, endedAt: undefined };
      const claim = { key, session, fence, life, claimedAt, ...none };
      claims.set(`${key} ${fence}`, claim);
    } else if (event.length === 4) {
      const [what, key, fence, at] = event;
      const claim = claims.get(`${key} ${fence}`);
      if (claim === undefined) continue; // It is missed elsewhere.
      if (what === "began") claim.beganAt = at;
      else claim.endedAt = at;
    }
  }
  return [...claims.values()];
}

async function collectMessages(
  folder: string,
): Promise<ReadonlyMap<string, MessageStory>> {
  const messages = new Map<string, MessageStory>();
  for (const producer of producerNames()) {
    const path = journalIn(folder, producer);
    for (const event of await readJournal<ProducerEvent>(path)) {
      const [what, id, key, at = 0] = event;
      const known = messages.get(id);
      if (what === "sent") {
        const number = Number(id.slice(producer.length));
        const base = { id, key, producer, number, sentAt: at };
        const none = { isResent: false, acknowledgedAt: undefined };
        messages.set(id, { ...base, ...none });
      } else if (known !== undefined && what !== "refused") {
        if (what === "resent") known.isResent = true;
        else known.acknowledgedAt = at;
      }
    }
  }
  return messages;
}
