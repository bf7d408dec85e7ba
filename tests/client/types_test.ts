/** What the types of a client infer and what they refuse. `deno check` is the
 * judge: an unused `@ts-expect-error` is an error, and so is an unequal Same. */
import { kind, type } from "../../mod.ts";
import {
  type Client,
  connect,
  type RemoteItem,
  type RemoteKind,
  type RemoteOutcome,
} from "../../src/client/mod.ts";
import type { Target } from "../../src/core/target.ts";

/** `true` if both are the same type to the letter: `any` equals only itself. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where `Fact` is `true`. */
function holds<Fact extends true>(_proof?: Fact): void {}

/** Type-checked, never called: nothing is sent. */
function onlyChecked(_use: () => unknown): void {}

interface Doc {
  readonly doc: number;
}

const reindex = kind("reindex", {
  message: type<Doc>(),
  context: () => new Map<string, number>(),
  run: async ({ messages }) => await Promise.resolve(messages.length),
});
const sweep = kind("sweep", { run: () => {} });
const size = kind("size", {
  message: { "~standard": { version: 1, vendor: "t", validate: sized } },
  run: ({ messages }) => messages[0],
});

/** Makes a number of a text. */
function sized(value: unknown): { readonly value: number } {
  return { value: Number(value) };
}

const kinds = { reindex, sweep, other: 5, helper: () => {} };
const URL = "http://127.0.0.1:1";

Deno.test("kind() is typed by a definition", () => {
  onlyChecked(async () => {
    const remote = connect(URL).kind(reindex);
    holds<Same<typeof remote, RemoteKind<number, Doc, Doc>>>();

    const outcome = await remote.enqueue("acme", { doc: 7 });
    holds<Same<typeof outcome, RemoteOutcome>>();
    const result = await remote.request("acme", { doc: 7 });
    holds<Same<typeof result, number>>();
    const item = remote.get("acme");
    holds<Same<typeof item, RemoteItem<number, Doc, Doc>>>();
    const taken = await item.cancel();
    holds<Same<typeof taken, readonly Doc[] | undefined>>();
    await remote.enqueueMany([{ key: "a", message: { doc: 1 }, id: "x" }]);

    // @ts-expect-error -- not the message of the kind
    await remote.enqueue("acme", { doc: "7" });
    // @ts-expect-error -- neither here
    await remote.request("acme", 7);
    // @ts-expect-error -- nor here
    await item.enqueue({});
    // @ts-expect-error -- nor among many
    await remote.enqueueMany([{ key: "a", message: 1 }]);
    // @ts-expect-error -- no such option
    await remote.enqueue("acme", { doc: 7 }, { delai: 1 });
  });
});

Deno.test("kind() without messages takes none", () => {
  onlyChecked(async () => {
    const remote = connect(URL).kind(sweep);
    await remote.enqueue("a");
    const result = await remote.request("a");
    holds<Same<typeof result, void>>();

    // @ts-expect-error -- it carries no message
    await remote.enqueue("a", 1);
  });
});

Deno.test("kind() knows what a schema makes of a message", () => {
  onlyChecked(() => {
    const remote = connect(URL).kind(size);
    holds<
      Same<ReturnType<typeof remote.request>, Promise<number | undefined>>
    >();
  });
});

Deno.test("kind() is typed by a name among the kinds", () => {
  onlyChecked(() => {
    const given = connect(URL, { kinds });
    const typed = connect<typeof kinds>(URL);
    holds<Same<typeof given, Client<typeof kinds>>>();
    const a = given.kind("reindex");
    holds<Same<typeof a, RemoteKind<number, Doc, Doc>>>();
    const b = typed.kind("sweep");
    holds<Same<typeof b, RemoteKind<void, undefined, never>>>();

    // @ts-expect-error -- there is no such kind
    typed.kind("reindx");
    // @ts-expect-error -- it is no kind
    typed.kind("other");
    // @ts-expect-error -- nor is a function
    typed.kind("helper");
    // @ts-expect-error -- a number is no definition
    typed.kind(5);
  });
});

Deno.test("kind() by any name takes what comes, and tells nothing", () => {
  onlyChecked(async () => {
    const remote = connect(URL).kind("anything");
    await remote.enqueue("a", { any: "thing" });
    const result = await remote.request("a", 1);
    holds<Same<typeof result, unknown>>();
  });
});

Deno.test("a client is a target", () => {
  onlyChecked(() => {
    const target: Target = connect(URL, { kinds });
    return target;
  });
});
