/** What the tests of the command line serve. */
import { kind, type KindDefinition, type } from "@workitem/scheduler";

/** Returns all that the item was ever sent. */
export const add: KindDefinition<{ all: number[] }, number[], number> = kind(
  "add",
  {
    message: type<number>(),
    context: () => ({ all: [] as number[] }),
    run({ messages, context }): number[] {
      context.all.push(...messages);
      return context.all;
    },
  },
);

/** Runs until it is aborted. */
export const endless: KindDefinition<undefined, void, unknown> = kind(
  "endless",
  {
    message: type<unknown>(),
    run: ({ signal }) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  },
);

/** Runs until the process is killed. */
export const deaf: KindDefinition = kind("deaf", {
  run: () => new Promise<void>(() => {}),
});

/** Returns what is in the file that it is sent; without it, it never ends. */
export const file: KindDefinition<undefined, string, string> = kind("file", {
  message: type<string>(),
  run({ messages: [path = ""] }): string | Promise<string> {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return new Promise<string>(() => {});
    }
  },
});

/** Fails. */
export const fail: KindDefinition<undefined, void, unknown> = kind("fail", {
  message: type<unknown>(),
  run: () => Promise.reject(new Error("the bank is closed")),
});

/** Fails, and is held. */
export const hold: KindDefinition<undefined, void, unknown> = kind("hold", {
  message: type<unknown>(),
  whenExhausted: "hold",
  run: () => Promise.reject(new Error("the bank is closed")),
});

/** Has a name that must be written with care. */
export const odd: KindDefinition<undefined, number, unknown> = kind("a/b%", {
  message: type<unknown>(),
  run: ({ messages }) => messages.length,
});

/** The same kind by another name is no other kind. */
export const alias: typeof add = add;

/** No kind. */
export const helper = 1;
