/**
 * Enqueues on their way to a commit: those of one key that wait for the same
 * commit are one step.
 *
 * @module
 */
import { LimitError } from "../../durable/errors.ts";
import type { Receipt, Wake } from "../../durable/stored.ts";
import { EnqueueStep } from "./enqueue.ts";
import { idOf } from "./layout.ts";
import { labelOf, type Parts } from "./parts.ts";

/** Takes enqueues in. */
export class Intake {
  readonly #parts: Parts;
  /** Steps that still take more, by item. */
  readonly #waiting: Map<string, EnqueueStep> = new Map();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Commits one; it is answered, never rejected. */
  take(wake: Wake): Promise<Receipt | Error> {
    const { kind, key, body } = wake;
    const bytes = body?.length ?? 0;
    const limit = this.#parts.limits.messageBytes;
    if (bytes > limit) {
      const action = `Cannot enqueue ${labelOf(wake)}`;
      const error = new LimitError(action, "its message", { bytes, limit });
      return Promise.resolve(error);
    }
    return new Promise((resolve) => {
      const id = idOf(wake);
      if (this.#waiting.get(id)?.add(wake, resolve)) return;
      const step = new EnqueueStep(this.#parts, { kind, key });
      step.add(wake, resolve);
      this.#waiting.set(id, step);
      this.#submit(id, step);
    });
  }

  async #submit(id: string, step: EnqueueStep): Promise<void> {
    try {
      const commit = await this.#parts.committer.submit(step);
      if (commit !== undefined) step.added();
      step.answer(commit);
    } catch (error) {
      step.fail(error as Error); // A committer rejects with nothing else.
    } finally {
      if (this.#waiting.get(id) === step) this.#waiting.delete(id);
    }
  }
}
