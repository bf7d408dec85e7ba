/**
 * Sends requests to one endpoint, one after the other, and looks at what comes
 * back and at what becomes of their messages.
 *
 * @module
 */
import type { ItemName } from "../../../src/core/calls.ts";
import { descriptionOf } from "../../../src/http/openapi/description.ts";
import { undescribed } from "../../support/openapi_check.ts";
import { type Answer, flawsOf, jsonOf } from "./checks.ts";
import { type Draft, requestOf, shown, urlOf } from "./draft.ts";
import { judge, type Verdict } from "./judge.ts";
import { namesIn, placeAt, plainPath } from "./places.ts";
import { quiet, watchCrypto } from "./quiet.ts";
import { enter } from "./receipts.ts";
import type { Site } from "./site.ts";

/** Something is wrong with the endpoint, or with its judge. */
export class Violation extends Error {
  override readonly name: string = "Violation";
}

/** What was seen of an answer. */
export interface Played {
  readonly answer: Answer;
  readonly verdict: Verdict;
}

/** What is known of a request before it is sent. */
export interface Expectation {
  /** It was answered so before, and must be again. */
  readonly same?: Answer | undefined;
  /** It was done before, and must not be again. */
  readonly isDone?: boolean;
  /** It must be answered so, and do nothing. */
  readonly refused?: readonly number[];
}

const STEP_MS = 5_000;
/** All that takes time is done in so many steps. */
const STEPS_MAX = 40;
/** What takes no time is done in so many turns of the event loop, hashes not
 * counted. */
const LOOKS_MAX = 25;

const DESCRIPTION = descriptionOf([]);

watchCrypto();

/** Plays on one site. */
export class Player {
  readonly site: Site;
  /** Those that were suspended and not resumed. */
  readonly #suspended: Map<string, ItemName<string>> = new Map();
  #isPaused = false;

  constructor(site: Site) {
    this.site = site;
  }

  /** Sends a request; `undefined` if nobody can. Throws a `Violation`. */
  async play(
    draft: Draft,
    expectation: Expectation = {},
  ): Promise<Played | undefined> {
    const request = requestOf(draft);
    if (request === undefined) return undefined;
    const verdict = judge(draft, request.headers, this.site);
    const answer = await this.#ask(draft, request, verdict);
    this.#look(draft, { answer, verdict }, expectation);
    return { answer, verdict };
  }

  /** Sends the same request twice at the same time: it is done once. */
  async playTwins(draft: Draft): Promise<readonly Played[]> {
    const requests = [requestOf(draft), requestOf(draft)];
    const [one, two] = requests;
    if (one === undefined || two === undefined) return [];
    const verdict = judge(draft, one.headers, this.site);
    const { deeds } = verdict;
    // No key would be looked at; or what is refused may pass the next time.
    if (deeds.length === 0 || deeds.some(({ mayBeFull }) => mayBeFull)) {
      const played = await this.play(draft);
      return played === undefined ? [] : [played];
    }
    const answers = await Promise.all([
      this.#ask(draft, one, verdict),
      this.#ask(draft, two, verdict),
    ]);
    const isGood = ({ status }: Answer): boolean =>
      verdict.statuses.includes(status);
    const [first, second] = answers.toSorted((a, b) =>
      Number(isGood(b)) - Number(isGood(a))
    );
    if (first === undefined || second === undefined) return [];
    this.#look(draft, { answer: first, verdict }, {});
    if (isGood(second) && second.status < 400) {
      this.#compare(draft, second, first);
    } else {
      const refused = isGood(second) ? [second.status] : [409];
      this.#look(draft, { answer: second, verdict }, { refused });
    }
    return [{ answer: first, verdict }, { answer: second, verdict }];
  }

  /** Lets all that is owed happen: the books must be even. */
  async balance(): Promise<void> {
    const { site } = this;
    const { target, ledger } = site;
    if (site.name !== "closed") {
      if (this.#isPaused) await target.pause(false);
      for (const name of this.#suspended.values()) {
        await target.suspend(name, false);
      }
      await this.#advance(31_000); // Most of what was delayed.
      for (const { kind, key } of ledger.names) {
        const left = await target.cancel({ kind, key });
        if (left !== undefined) ledger.got(kind, key, left);
      }
      await this.#idle();
    }
    this.#isPaused = false;
    this.#suspended.clear();
    const wrong = ledger.balance();
    if (wrong.length > 0) throw new Violation(wrong.slice(0, 5).join("\n"));
  }

  /** The slow ones end, one after the other. */
  async #idle(): Promise<void> {
    const { scheduler } = this.site;
    let isIdle = false;
    const idle = scheduler.idle().then(() => {
      isIdle = true;
    });
    for (let step = 0; step < STEPS_MAX && !isIdle; step++) {
      await this.#advance(50_000);
    }
    if (!isIdle) {
      const counts = JSON.stringify(scheduler.snapshot());
      throw new Violation(`the scheduler does not come to rest: ${counts}`);
    }
    await idle;
  }

  async #advance(ms: number): Promise<void> {
    for (let step = 0; step < 2; step++) {
      this.site.clock.advance(ms / 2);
      await quiet();
    }
  }

  async #ask(
    draft: Draft,
    request: Request,
    { takesTime }: Verdict,
  ): Promise<Answer> {
    let isOver = false;
    const asked = this.#fetch(request).finally(() => {
      isOver = true;
    });
    asked.catch(() => {}); // It is looked at below.
    if (takesTime) await this.#hurry(() => isOver);
    for (let looks = 0; looks < LOOKS_MAX && !isOver; looks++) {
      await quiet(() => isOver);
    }
    if (!isOver) this.#fail(draft, "there is no answer");
    try {
      return await asked;
    } catch (error) {
      return this.#fail(draft, `it throws ${error}`);
    }
  }

  async #fetch(request: Request): Promise<Answer> {
    const response = await this.site.fetch(request);
    const { status, headers, body } = response;
    if (headers.get("content-type") !== "text/event-stream") {
      return { status, headers, text: await response.text() };
    }
    await body?.cancel();
    return { status, headers, text: "" };
  }

  /** Time goes on until it is answered. */
  async #hurry(isOver: () => boolean): Promise<void> {
    const { clock } = this.site;
    for (let step = 0; step < STEPS_MAX; step++) {
      await quiet(isOver);
      if (isOver()) return;
      clock.advance(STEP_MS);
    }
  }

  #look(
    draft: Draft,
    { answer, verdict }: Played,
    expected: Expectation,
  ): void {
    const { same, refused, isDone = false } = expected;
    if (same !== undefined) return this.#compare(draft, answer, same);
    const { statuses, deeds } = verdict;
    const judged = {
      ...verdict,
      // What is waited for may have been taken back since.
      statuses: refused ?? (isDone ? [...statuses, 409] : statuses),
      deeds: isDone || refused !== undefined ? [] : deeds,
    };
    const { ledger, errors } = this.site;
    const isHead = draft.method === "HEAD";
    const about = { isHead, verdict: judged };
    const flaws = [
      ...flawsOf(answer, about),
      ...enter(answer, judged, ledger),
      ...(isHead ? [] : describedFlaws(answer, verdict)),
      ...errors.map((error) => `its owner is told ${error}`),
    ];
    if (flaws.length > 0) this.#fail(draft, flaws.join("; "), answer);
    if (answer.status < 300) this.#remember(draft, answer);
  }

  #compare(draft: Draft, answer: Answer, same: Answer): void {
    const isSame = answer.status === same.status && answer.text === same.text &&
      answer.headers.get("location") === same.headers.get("location");
    if (isSame) return;
    const wanted = `${same.status} ${same.text}`;
    this.#fail(draft, `a repeat must be answered ${wanted}`, answer);
  }

  /** What changes what becomes of messages. */
  #remember(draft: Draft, { text }: Answer): void {
    const path = plainPath(urlOf(draft)?.pathname ?? "");
    const place = placeAt(path, draft.method);
    if ("status" in place) return;
    const { kind, key } = namesIn(place, path);
    const name = `${kind}\n${key}`;
    const last = place.path.split("/").at(-1);
    if (place.action === "admin") this.#isPaused = last === "pause";
    if (last === "suspend") this.#suspended.set(name, { kind, key });
    if (last === "resume") this.#suspended.delete(name);
    if (last !== "cancel" && place.method !== "DELETE") return;
    const taken = jsonOf(text) as { readonly messages?: unknown };
    if (!Array.isArray(taken?.messages)) {
      return this.#fail(draft, `what was taken is ${text}`);
    }
    this.site.ledger.got(kind, key, taken.messages);
  }

  #fail(draft: Draft, what: string, answer?: Answer): never {
    const { name } = this.site;
    const got = answer === undefined
      ? ""
      : `\n--- answer\n${answer.status} ${
        [...answer.headers].map(([key, value]) => `\n${key}: ${value}`).join("")
      }\n\n${answer.text.slice(0, 2_000)}`;
    throw new Violation(
      `${what}\n--- request to "${name}"\n${shown(draft)}${got}`,
    );
  }
}

/** Where an answer is not as /openapi.json says. */
function describedFlaws(answer: Answer, { place }: Verdict): string[] {
  if (place === undefined) return [];
  const [method = "", path = ""] = place.split(" ");
  return undescribed({ method, path }, answer, DESCRIPTION);
}
