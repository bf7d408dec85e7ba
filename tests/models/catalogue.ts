/** What is checked: the models in their configurations, and the mutations that
 * each break one rule of a model and must be caught. */

/** One run of SPIN. */
export interface Check {
  /** For `--only`, and the table of README.md. */
  readonly name: string;
  /** Which file. */
  readonly model: "core" | "durable" | "lane" | "lists";
  /** What is defined, as `KEYS=2 BARE`. */
  readonly flags: string;
  /** It breaks a rule, so an error must be found. */
  readonly isMutation: boolean;
  /** It takes minutes: looked at with `--full` only. */
  readonly isLong: boolean;
}

const CONFIGURATIONS: Readonly<Record<string, string>> = {
  "core": "core ITEMS=3 BOUND=2 ENQUEUES=6",
  "coalesce": "durable PRODUCERS=2 ENQUEUES=5 BARE PAGE",
  "recover": "durable ENQUEUES=3 CRASHES=1 FENCES=1 LOST=1 BARE",
  "two keys": "durable KEYS=2 ENQUEUES=3 CRASHES=1 FENCES=1",
  "verdicts": "durable ENQUEUES=3 DELAY RETRY BURY RELEASE BARE PAGE",
  "verdicts, crash":
    "durable ENQUEUES=2 CRASHES=1 DELAY RETRY BURY RELEASE BARE",
  "cancel": "durable ENQUEUES=3 CANCELS=1 BARE RELEASE PAGE",
  "cancel, delay":
    "durable WORKERS=1 ENQUEUES=3 CANCELS=1 DELAY BARE RETRY PAGE",
  "cancel, crash": "durable ENQUEUES=2 CANCELS=1 CRASHES=1 FENCES=1 BARE",
  "delete": "durable ENQUEUES=3 DELETES=1 BARE RELEASE BURY",
  "delete, crash": "durable ENQUEUES=2 DELETES=1 CRASHES=1 BARE DELAY RETRY",
  "delete, fence": "durable ENQUEUES=2 DELETES=1 FENCES=1 BARE RELEASE",
  "cancel, delete":
    "durable WORKERS=1 ENQUEUES=3 CANCELS=1 DELETES=1 DELAY PAGE BURY",
  "lane": "lane STEPS=3 LOST=2 OTHERS=2",
  "lane, resent": "lane STEPS=3 LOST=2 OTHERS=2 RESEND",
  "lists": "lists KEYS=3 ENQUEUES=2 AGAIN=1",
  "lists, crash": "lists CRASHES=1 AGAIN=1",
  "lists, fence": "lists FENCES=1",
  "lists, cancel": "lists KEYS=3 ENQUEUES=2 CANCELS=1",
};

const LONG: Readonly<Record<string, string>> = {
  "core, full": "core ITEMS=4 BOUND=3 ENQUEUES=8",
  "three workers": "durable WORKERS=3 ENQUEUES=3 CRASHES=1 FENCES=1 LOST=1",
  "two keys, full":
    "durable KEYS=2 PRODUCERS=2 ENQUEUES=3 CRASHES=1 FENCES=1 LOST=1",
  "verdicts, full":
    "durable ENQUEUES=3 CRASHES=1 FENCES=1 DELAY RETRY BURY RELEASE BARE",
  "cancel, full": "durable ENQUEUES=3 CANCELS=1 DELAY BARE RELEASE PAGE",
  "delete, full": "durable ENQUEUES=2 DELETES=1 CRASHES=1 FENCES=1 RELEASE",
  "cancel, delete, full":
    "durable ENQUEUES=2 CANCELS=1 DELETES=1 CRASHES=1 BARE",
  "lane, full": "lane STEPS=3 LOST=3 OTHERS=2",
  "lists, full": "lists CRASHES=1 FENCES=1",
};

/** Each is shown in the smallest configuration that catches it. */
const MUTATIONS: Readonly<Record<string, string>> = {
  LOST: "core",
  CLEAR_LATE: "core",
  BOUND: "core",
  FLUSH: "core",
  ENQUEUE_NO_ITEM: "durable ENQUEUES=2",
  ENQUEUE_NO_NOTE: "durable ENQUEUES=2 DELETES=1",
  ENQUEUE_BLIND: "durable ENQUEUES=1 LOST=1",
  ENQUEUE_NO_SEEN: "durable ENQUEUES=1 LOST=1",
  NOTE_NO_TAIL: "durable ENQUEUES=2 BARE",
  CLAIM_NO_SESSION: "durable ENQUEUES=1 FENCES=1 CRASHES=1",
  CLAIM_BLIND: "durable ENQUEUES=1 LOST=1",
  SETTLE_NO_ITEM: "durable ENQUEUES=1 FENCES=1",
  SETTLE_NO_TAIL: "durable ENQUEUES=2",
  SETTLE_NO_NOTE: "durable ENQUEUES=2 DELETES=1",
  SETTLE_FORGETS_NOTE: "durable ENQUEUES=2",
  RELEASE_FORGETS_NOTE: "durable ENQUEUES=1 DELETES=1 RELEASE",
  BURY_NEWER: "durable ENQUEUES=2 BURY",
  TWO_COMMITS: "durable ENQUEUES=1 CRASHES=1",
  RECLAIM_NO_ITEM: "durable ENQUEUES=2 FENCES=1",
  RECLAIM_NO_NOTE: "durable ENQUEUES=1 FENCES=1 DELETES=1",
  RECLAIM_FORGETS_NOTE: "durable ENQUEUES=1 FENCES=1 DELETES=1",
  PROMOTE_NO_ITEM: "durable ENQUEUES=2 DELAY",
  CANCEL_NO_ITEM: "durable ENQUEUES=1 CANCELS=1",
  CANCEL_NO_TAIL: "durable ENQUEUES=2 CANCELS=1",
  CANCEL_RUNNING_NO_TAIL: "durable ENQUEUES=3 CANCELS=1",
  DELETE_NO_ITEM: "durable ENQUEUES=2 DELETES=1",
  DELETE_LEAVES: "durable ENQUEUES=1 DELETES=1",
  PAGE_NO_ITEM: "durable ENQUEUES=2 DELETES=1",
  NO_MARKER_CHECK: "lane",
  BLIND: "lane",
  REFUSED_EARLY: "lane",
  RESEND_TRUSTED: "lane RESEND",
  GIVE_UP_EARLY: "lane",
  LIST_NO_CHECK: "lists CANCELS=1",
  TIDY_EARLY: "lists CRASHES=1",
  RECLAIM_DROPS_LIST: "lists CRASHES=1",
  END_EARLY: "lists CRASHES=1",
};

/** All checks: configurations first. */
export const CHECKS: readonly Check[] = [
  ...checksOf(CONFIGURATIONS, { isMutation: false, isLong: false }),
  ...checksOf(LONG, { isMutation: false, isLong: true }),
  ...checksOf(MUTATIONS, { isMutation: true, isLong: false }),
];

function checksOf(
  table: Readonly<Record<string, string>>,
  kind: Pick<Check, "isMutation" | "isLong">,
): Check[] {
  return Object.entries(table).map(([name, line]) => {
    const [model, ...rest] = line.split(" ");
    const flags = kind.isMutation ? [`MUT_${name}`, ...rest] : rest;
    // The first word of each line above is a model.
    return {
      name,
      model: model as Check["model"],
      flags: flags.join(" "),
      ...kind,
    };
  });
}
