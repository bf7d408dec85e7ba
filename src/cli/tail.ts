/**
 * The command `tail`: what happens behind the endpoint, as it happens.
 *
 * @module
 */
import type { RemoteEvent } from "../client/mod.ts";
import type { ItemName } from "../core/calls.ts";
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT } from "./failure.ts";
import { parseKind, shownName } from "./names.ts";
import type { Color } from "./paper.ts";
import { counted, shownSpan } from "./spans.ts";
import { visible } from "./visible.ts";

/** `tail` */
export const TAIL: RemoteCommand = {
  name: "tail",
  words: "[kind]",
  help: "what happens, as it happens; Ctrl-C ends it",
  examples: ["tail", "tail reindex --json"],
  flags: {},
  count: [0, 1],
  isLocal: false,
  run: tail,
};

const COLOR_OF: Partial<Record<RemoteEvent["type"], Color>> = {
  held: "red",
  stalled: "red",
  reset: "red",
  retried: "yellow",
  paused: "yellow",
};

async function tail(call: RemoteCall): Promise<number> {
  const { given, paper, host, client, remote } = call;
  const [word] = given.words;
  const isOne = word !== undefined || given.has("kind");
  const kind = isOne ? parseKind(word, given.text("kind")) : undefined;
  const onOpen = (): void => paper.note(`following ${remote.url.href}`);
  for await (const event of client.events({ kind, onOpen })) {
    await paper.tell({ event: event.type, ...event.data }, () => {
      const at = timeOf(host.clock.today());
      const color = COLOR_OF[event.type] ?? "bold";
      const type = paper.paint(color, event.type.padEnd(8));
      return [`${at}  ${type}  ${visible(detailOf(event))}`];
    });
  }
  return EXIT.done;
}

function timeOf(todayMs: number): string {
  return new Date(todayMs).toTimeString().slice(0, "00:00:00".length);
}

function detailOf(event: RemoteEvent): string {
  switch (event.type) {
    case "reset":
      return "some events were missed";
    case "paused":
      return event.data.paused ? "the scheduler is paused" : "it goes on";
    case "deleted":
      return nameOf(event.data);
    case "enqueued":
      return `${nameOf(event.data)}  ${event.data.outcome}`;
    case "held":
      return `${nameOf(event.data)}  ${
        errorOf(event.data.error)
      }; it waits for reset`;
    default:
      return `${nameOf(event.data)}  run ${event.data.number}: ${runOf(event)}`;
  }
}

type RunEvent = Extract<
  RemoteEvent,
  { readonly type: "started" | "ended" | "retried" | "stalled" }
>;

function runOf({ type, data }: RunEvent): string {
  switch (type) {
    case "started":
      return `for ${counted(data.coalesced, "enqueue")}`;
    case "ended":
      return data.outcome === "ok"
        ? "ok"
        : `${data.outcome}, ${errorOf(data.error)}`;
    case "retried":
      return `attempt ${data.attempt} failed, ${errorOf(data.error)}; the` +
        ` next in ${shownSpan(data.delay)}`;
    case "stalled":
      return `it goes on ${shownSpan(data.overdueMs)} after its time limit`;
  }
}

function nameOf({ kind, key }: ItemName): string {
  return kind === undefined || key === undefined
    ? key ?? "(an item without a key)"
    : shownName({ kind, key });
}

/** Of an error, what the endpoint tells. */
function errorOf(error: unknown): string {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return [name, code].filter((word) => typeof word === "string").join(" ") ||
    "no error is told";
}
