/** Kinds to serve: `deno task start` does, and README.md enqueues them by curl. */
import type { KindDefinition, Schema } from "@workitem/scheduler";
import { kind, Scheduler, type } from "@workitem/scheduler";
import { delay } from "@std/async";

type Doc = { doc: number };
/** Refuses what is no document, as schemas of valibot, zod and arktype do. */
const doc: Schema<Doc> = {
  "~standard": {
    version: 1,
    vendor: "example",
    validate: (value) =>
      typeof (value as Doc | null)?.doc === "number"
        ? { value: value as Doc } // It was checked.
        : { issues: [{ message: "must be a number", path: ["doc"] }] },
  },
};

/** Takes a second for any number of documents: what comes meanwhile is one run. */
export const reindex: KindDefinition<undefined, number[], Doc> = kind(
  "reindex",
  {
    message: doc,
    run: ({ messages, signal }) =>
      delay(1_000, { signal }).then(() => messages.map(({ doc }) => doc)),
  },
);

/** Never succeeds: with a store, what it was sent ends as a dead letter. */
export const charge: KindDefinition<undefined, void, number> = kind("charge", {
  message: type<number>(), // Only a type: whatever is sent is taken.
  retry: [200, 400],
  run: () => Promise.reject(new Error("the bank is closed")),
});

if (import.meta.main) { // Run by itself it serves nothing, and shows one.
  const items = new Scheduler().define(reindex);
  // deno-lint-ignore no-console -- an example shows its output
  console.log(await items.request("acme", { doc: 7 }));
}

// Output:
// [ 7 ]
