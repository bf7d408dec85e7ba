/**
 * The commands `cancel`, `delete`, `suspend`, `resume`, `reset`: what one does to
 * an item; `pause` and `unpause`: to all of them.
 *
 * @module
 */
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { parseName, shownName } from "./names.ts";
import { counted } from "./spans.ts";

/** `cancel` */
export const CANCEL: RemoteCommand = itemCommand({
  name: "cancel",
  help: "take back what waits; --json shows its messages",
  flags: {
    running: { type: "boolean", help: "abort the signal of its run as well" },
  },
  async run({ given, client, paper }): Promise<number> {
    const name = nameOf(given);
    const taken = await client.cancel(name, { running: given.has("running") });
    await paper.tell(
      { ...name, owed: taken !== undefined, messages: taken ?? [] },
      () => [takenOf(shownName(name), taken)],
    );
    return EXIT.done;
  },
});

/** `delete` */
export const DELETE: RemoteCommand = itemCommand({
  name: "delete",
  help: "delete an item; what is due runs first, the rest is dropped",
  flags: {},
  async run({ given, client, paper }): Promise<number> {
    const name = nameOf(given);
    const dropped = await client.delete(name);
    const isAny = dropped !== undefined;
    await paper.tell(
      { ...name, dropped: isAny, messages: dropped ?? [] },
      () => [`deleted ${shownName(name)}${isAny ? lossOf(dropped) : ""}`],
    );
    return EXIT.done;
  },
});

/** `suspend` */
export const SUSPEND: RemoteCommand = itemCommand({
  name: "suspend",
  help: "let nothing of an item start before it is resumed",
  flags: {},
  run: (call) => setSuspended(call, true),
});

/** `resume` */
export const RESUME: RemoteCommand = itemCommand({
  name: "resume",
  help: "undo suspend",
  flags: {},
  run: (call) => setSuspended(call, false),
});

/** `reset` */
export const RESET: RemoteCommand = itemCommand({
  name: "reset",
  help: "end the backoff or the hold of an item: it is tried again now",
  flags: {},
  async run({ given, client, paper }): Promise<number> {
    const name = nameOf(given);
    await client.reset(name);
    await paper.tell(name, () => [`reset ${shownName(name)}`]);
    return EXIT.done;
  },
});

/** `pause` */
export const PAUSE: RemoteCommand = allCommand("pause", {
  help: "start no more runs there; what runs goes on",
  isPaused: true,
});

/** `unpause` */
export const UNPAUSE: RemoteCommand = allCommand("unpause", {
  help: "undo pause",
  isPaused: false,
});

interface ItemCommand {
  readonly name: string;
  readonly help: string;
  readonly flags: Flags;
  run(call: RemoteCall): Promise<number>;
}

function itemCommand({ name, help, flags, run }: ItemCommand): RemoteCommand {
  return {
    name,
    words: "<kind>/<key>",
    help,
    examples: [`${name} reindex/acme`],
    flags,
    count: [1, 1],
    isLocal: false,
    run,
  };
}

function allCommand(
  name: string,
  { help, isPaused }: { readonly help: string; readonly isPaused: boolean },
): RemoteCommand {
  return {
    name,
    words: "",
    help,
    examples: [name],
    flags: {},
    count: [0, 0],
    isLocal: false,
    async run({ client, paper }): Promise<number> {
      await client.pause(isPaused);
      await paper.tell({ paused: isPaused }, () => [`${name}d`]);
      return EXIT.done;
    },
  };
}

async function setSuspended(
  { given, client, paper }: RemoteCall,
  isSuspended: boolean,
): Promise<number> {
  const name = nameOf(given);
  await client.suspend(name, isSuspended);
  const word = isSuspended ? "suspended" : "resumed";
  await paper.tell(
    { ...name, suspended: isSuspended },
    () => [`${word} ${shownName(name)}`],
  );
  return EXIT.done;
}

function nameOf(given: RemoteCall["given"]): ReturnType<typeof parseName> {
  return parseName(given.words[0] ?? "", given.text("kind"));
}

function takenOf(
  name: string,
  taken: readonly unknown[] | undefined,
): string {
  if (taken === undefined) return `cancelled ${name}: nothing was owed`;
  if (taken.length === 0) return `cancelled ${name}: a mere wake-up`;
  return `cancelled ${name}: ${counted(taken.length, "message")}`;
}

function lossOf(dropped: readonly unknown[]): string {
  return dropped.length === 0
    ? ": a mere wake-up was dropped"
    : `: ${counted(dropped.length, "message")} dropped unrun`;
}
