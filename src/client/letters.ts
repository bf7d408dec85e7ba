/**
 * Dead letters, far away.
 *
 * @module
 */
import type { ItemName, WaitOptions } from "../core/calls.ts";
import { checkOne, type Rule } from "../core/options.ts";
import type { TargetLetter, TargetPage } from "../core/target.ts";
import { LETTER_PAGE, REDRIVEN } from "./answers.ts";
import type { Caller } from "./caller.ts";
import type { RemoteLetters } from "./client.ts";
import { ProblemError } from "./errors.ts";
import { actionOf } from "./said.ts";
import { pageCall } from "./paging.ts";
import type { RemoteQuery } from "./remote_kind.ts";
import { nothing } from "./shape.ts";
import { letterPath } from "./wire.ts";

const ID: Rule = {
  must: "the id of a dead letter",
  type: "string",
  fits: (id: string) => id !== "" && id !== "." && id !== "..",
};

/** The one implementation of {@linkcode RemoteLetters}. */
export class Letters implements RemoteLetters {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async list(
    kind: string,
    query: RemoteQuery = {},
  ): Promise<TargetPage<TargetLetter>> {
    const parts = { path: letterPath, shape: LETTER_PAGE };
    const call = pageCall("list dead letters", kind, query, parts);
    return (await this.#caller.send(call)).value;
  }

  async redrive(
    name: ItemName<string>,
    id?: string,
    { signal }: WaitOptions = {},
  ): Promise<number> {
    const action = actionOf("redrive", name);
    if (id !== undefined) checkOne(action, "id", ID, id);
    const query = id === undefined ? "" : `?${new URLSearchParams({ id })}`;
    const { value } = await this.#caller.send({
      action,
      method: "POST",
      path: `${pathOf(name)}/redrive${query}`,
      effect: "once",
      signal,
      expects: { 200: REDRIVEN },
    });
    return value.messages;
  }

  async discard(
    name: ItemName<string>,
    id: string,
    { signal }: WaitOptions = {},
  ): Promise<boolean> {
    const action = actionOf("discard", name);
    checkOne(action, "id", ID, id);
    try {
      await this.#caller.send({
        action,
        method: "DELETE",
        path: `${pathOf(name)}/${encodeURIComponent(id)}`,
        effect: "once",
        signal,
        expects: { 204: nothing },
      });
      return true;
    } catch (error) {
      const isAbsent = error instanceof ProblemError &&
        error.code === "WI-NO-LETTER";
      if (isAbsent) return false;
      throw error;
    }
  }
}

function pathOf({ kind, key }: ItemName<string>): string {
  return `${letterPath(kind)}/${encodeURIComponent(key)}`;
}
