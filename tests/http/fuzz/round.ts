/**
 * Rounds of requests: each has endpoints of its own and a seed of its own, so
 * that it can be played again alone.
 *
 * @module
 */
import { mix, Random } from "../../core/sim/random.ts";
import type { Answer } from "./checks.ts";
import type { Draft } from "./draft.ts";
import { randomDraft } from "./grammar.ts";
import { mutated } from "./mutations.ts";
import type { Names } from "./names.ts";
import { type Played, Player, Violation } from "./player.ts";
import {
  makeSite,
  type Mistake,
  signedBy,
  type SiteName,
  SITES,
  TOKENS,
  WINDOW_MS,
} from "./site.ts";
import { bytesOf, MARK } from "./values.ts";

/** How a round goes. */
export interface RoundOptions {
  readonly seed: number;
  readonly requests: number;
  readonly mistake?: Mistake | undefined;
  /** Called from time to time. */
  readonly onRest?: (requests: number) => Promise<void>;
}

/** How often what was answered with what: `POST /v1/cloudevents 202`. */
export type Coverage = Map<string, number>;

/** A request that can be repeated. */
interface Known {
  readonly draft: Draft;
  readonly answer: Answer;
  /** When it was answered last. */
  atMs: number;
  /** When it was given the same answer last: for how long that is kept is the
   * endpoint's own affair. */
  repeatedMs: number;
  /** Was its wait over? Then a repeat waits again. */
  isOpen: boolean;
  /** Has another sender sent the same? */
  isTwofold: boolean;
}

const KNOWN_MAX = 40;
const BALANCE_AFTER = 150;

/** Plays a round. Throws a `Violation`. */
export async function playRound(options: RoundOptions): Promise<Coverage> {
  const { seed, requests, mistake, onRest } = options;
  const coverage: Coverage = new Map();
  const tables = new Map<SiteName, Table>();
  const open = async (name: SiteName): Promise<Table> => {
    const site = await makeSite(name, mix(seed, 7), mistake);
    const table = new Table(new Player(site), coverage);
    tables.set(name, table);
    return table;
  };
  let at = 0;
  try {
    for (; at < requests; at++) {
      const random = new Random(mix(seed, at));
      const names = namesOf(mix(seed, at, 1));
      const name = random.oneIn(40) ? "closed" : random.pick(SITES);
      await (tables.get(name) ?? await open(name)).turn(random, names);
      if (onRest !== undefined && at % 5_000 === 4_999) {
        for (const table of tables.values()) await table.player.balance();
        await onRest(at + 1);
      }
    }
    for (const table of tables.values()) await table.player.balance();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const again = `--round ${seed} --size ${requests}`;
    throw new Violation(`request ${at} of ${again}: ${error.message}`);
  } finally {
    for (const { player } of tables.values()) player.site.close();
  }
  return coverage;
}

/** Those of one request do not depend on any other. */
function namesOf(seed: number): Names {
  let count = 0;
  return {
    next: () => {
      const hash = mix(seed, ++count) >>> 0;
      return `${hash.toString(36)}-${(seed >>> 0).toString(36)}`;
    },
  };
}

/** One site, and what is known of it. */
class Table {
  readonly player: Player;
  readonly #coverage: Coverage;
  readonly #known: Known[] = [];
  #turns = 0;

  constructor(player: Player, coverage: Coverage) {
    this.player = player;
    this.#coverage = coverage;
  }

  /** Sends a request, or the same one again. */
  async turn(random: Random, names: Names): Promise<void> {
    if (++this.#turns % BALANCE_AFTER === 0) await this.player.balance();
    const known = random.oneIn(12) ? this.#known : [];
    if (known.length > 0) return await this.#again(random.pick(known), random);
    let draft = randomDraft(random, names);
    const isChanged = random.below(100) < 45;
    if (isChanged) {
      do draft = mutated(draft, random); while (random.oneIn(4));
    }
    const id = `msg_${names.next()}`;
    draft = signedBy(draft, this.player.site, { random, id });
    const isKeyed = "idempotency-key" in draft.headers;
    if (isKeyed && !("prefer" in draft.headers) && random.oneIn(4)) {
      for (const played of await this.player.playTwins(draft)) {
        this.#count(played);
      }
      return;
    }
    const played = await this.player.play(draft);
    if (played === undefined) return;
    this.#count(played);
    this.#learn(draft, played);
  }

  #count({ answer: { status }, verdict: { place = "nowhere" } }: Played): void {
    const name = `${place} ${status}`;
    this.#coverage.set(name, (this.#coverage.get(name) ?? 0) + 1);
  }

  /** Remembers what names itself and was done. */
  #learn(draft: Draft, { answer, verdict }: Played): void {
    const { status, text } = answer;
    const isDone = status === 200 || status === 202 || status === 502;
    const [deed] = verdict.deeds;
    const isPassing = text.includes('"status":429');
    if (!isDone || deed === undefined || isPassing) return;
    if (!verdict.deeds.some((each) => each.isNamed)) return;
    const { headers } = draft;
    const isKeyed = "idempotency-key" in headers || "webhook-id" in headers;
    const isBatch = verdict.place?.endsWith("/:kind/messages") === true;
    if (isBatch && !isKeyed) return;
    const isOpen = status === 202 && answer.headers.has("preference-applied");
    const atMs = this.player.site.clock.now();
    this.#known.push({
      draft,
      answer,
      atMs,
      repeatedMs: atMs,
      isOpen,
      isTwofold: false,
    });
    if (this.#known.length > KNOWN_MAX) this.#known.shift();
  }

  async #again(known: Known, random: Random): Promise<void> {
    const { draft, answer, isOpen } = known;
    const { clock, name } = this.player.site;
    const isBearer = name === "bearer" && "idempotency-key" in draft.headers;
    const isLate = clock.now() - known.atMs >= WINDOW_MS;
    if (isBearer && !known.isTwofold && random.oneIn(3)) {
      return await this.#asOther(known);
    }
    if (isBearer && !isLate && random.oneIn(3)) {
      return await this.#withOther(draft, answer);
    }
    if (isLate) this.#known.splice(this.#known.indexOf(known), 1);
    if (isLate && clock.now() - known.repeatedMs < WINDOW_MS) return;
    known.repeatedMs = clock.now();
    const isFresh = isLate || this.#isStale(draft);
    const played = await this.player.play(
      draft,
      isFresh ? {} : isOpen ? { isDone: true } : { same: answer },
    );
    if (played === undefined) return;
    this.#count(played);
    const { headers, status } = played.answer;
    if (isFresh || !isOpen) return;
    known.atMs = clock.now();
    known.isOpen = status === 202 && headers.has("preference-applied");
    if (!known.isOpen) this.#known.splice(this.#known.indexOf(known), 1);
  }

  /** Is the signature too old? Then that is all that is said. */
  #isStale({ headers }: Draft): boolean {
    const timestamp = headers["webhook-timestamp"];
    if (timestamp === undefined) return false;
    const agoMs = this.player.site.clock.today() - Number(timestamp) * 1_000;
    return agoMs > 300_000;
  }

  /** The same key of another sender is another key. */
  async #asOther(known: Known): Promise<void> {
    known.isTwofold = true;
    const { alice, bob } = TOKENS;
    const { headers } = known.draft;
    const token = headers.authorization?.endsWith(alice) ? bob : alice;
    const played = await this.player.play({
      ...known.draft,
      headers: { ...headers, authorization: `Bearer ${token}` },
    });
    if (played !== undefined) this.#count(played);
  }

  /** The same key for something else. */
  async #withOther(draft: Draft, { status }: Answer): Promise<void> {
    const { "content-length": _, "ce-specversion": _event, ...headers } =
      draft.headers;
    const isEvent = "ce-specversion" in draft.headers ||
      draft.headers["content-type"]?.startsWith("application/json") !== true;
    if (isEvent || status === 502) return;
    const body = bytesOf(`[{"key":"${MARK}","message":"another"}]`);
    const way = "whole";
    const played = await this.player.play({ ...draft, headers, body, way }, {
      refused: [422],
    });
    if (played !== undefined) this.#count(played);
  }
}
