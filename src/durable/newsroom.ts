/**
 * Asks what happened to items while they run: whether they are due again,
 * restarted, cancelled, or somebody else's.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import type { Execution } from "./execution.ts";
import { Rounds } from "./rounds.ts";

/** Tells executions the news. */
export class Newsroom {
  readonly #engine: Engine;
  readonly #executions: ReadonlySet<Execution>;
  readonly #rounds: Rounds;
  #stopListening: () => void = () => {};

  constructor(engine: Engine, executions: ReadonlySet<Execution>) {
    this.#engine = engine;
    this.#executions = executions;
    this.#rounds = new Rounds(engine.outage, () => this.#look());
  }

  /** Begins to ask, now and then. */
  start(): void {
    this.#stopListening = this.#engine.bell.listenCalmly(() => {
      if (this.#executions.size !== 0) this.#rounds.ask();
    });
  }

  /** Asks no more. Resolves when nothing is under way. */
  stop(): Promise<void> {
    this.#stopListening();
    return this.#rounds.stop();
  }

  async #look(): Promise<void> {
    const running = [...this.#executions].filter((each) => each.isRunning);
    if (running.length === 0) return;
    const claims = running.map(({ claim }) => claim);
    const news = await this.#engine.store.news(claims);
    running.forEach((execution, index) => {
      const own = news[index];
      if (own !== undefined) execution.hear(own);
    });
  }
}
