/**
 * What Prometheus reads, in its text format. Labels are kinds, routes and words
 * of ours: never a key, of which there is no end.
 *
 * @module
 */
import type { Clock } from "../core/clock.ts";
import type {
  EndedEvent,
  EnqueuedEvent,
  Snapshot,
  StartedEvent,
} from "../core/observer.ts";
import type { Place } from "./place.ts";
import { VERSION } from "./version.ts";

const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How many items of a kind are timed at once from their enqueue to their run. */
const TIMED_MAX = 256;

type Labels = Readonly<Record<string, string>>;

/** Times, by how long they were. */
class Histogram {
  readonly #counts: number[] = BUCKETS_S.map(() => 0);
  #count = 0;
  #sum = 0;

  add(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    for (let at = BUCKETS_S.length - 1; at >= 0; at--) {
      if (seconds > (BUCKETS_S[at] ?? 0)) break;
      this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    }
  }

  lines(name: string, labels: Labels): string[] {
    const buckets = BUCKETS_S.map((le, at) =>
      line(`${name}_bucket`, { ...labels, le: String(le) }, this.#counts[at])
    );
    return [
      ...buckets,
      line(`${name}_bucket`, { ...labels, le: "+Inf" }, this.#count),
      line(`${name}_sum`, labels, this.#sum),
      line(`${name}_count`, labels, this.#count),
    ];
  }
}

/** What is counted of one kind. */
class KindCounts {
  readonly enqueues: Map<string, number> = new Map();
  readonly runs: Map<string, number> = new Map();
  readonly runSeconds: Histogram = new Histogram();
  readonly waitSeconds: Histogram = new Histogram();
  /** When these keys were queued: a sample, so that it has a bound. */
  readonly queuedMs: Map<string, number> = new Map();
}

/** Counts what an observer sees. */
export class Metrics {
  readonly #clock: Clock;
  readonly #kinds: Map<string, KindCounts> = new Map();
  /** When the run of each executor began. */
  readonly #startedMs: (number | undefined)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An enqueue was answered. */
  enqueued({ kind, key, outcome }: EnqueuedEvent): void {
    if (kind === undefined || key === undefined) return;
    const { enqueues, queuedMs } = this.#of(kind);
    count(enqueues, outcome);
    if (outcome !== "queued") return;
    if (queuedMs.size >= TIMED_MAX) { // Its oldest may never run: taken back.
      for (const oldest of queuedMs.keys()) {
        queuedMs.delete(oldest);
        break;
      }
    }
    queuedMs.set(key, this.#clock.now());
  }

  /** A run is about to begin. */
  started({ kind, key, executor }: StartedEvent): void {
    const nowMs = this.#clock.now();
    this.#startedMs[executor] = nowMs;
    if (kind === undefined || key === undefined) return;
    const { queuedMs, waitSeconds } = this.#of(kind);
    const fromMs = queuedMs.get(key);
    if (fromMs === undefined) return;
    queuedMs.delete(key);
    waitSeconds.add((nowMs - fromMs) / 1_000);
  }

  /** A run has ended. */
  ended({ kind, executor, outcome }: EndedEvent): void {
    const fromMs = this.#startedMs[executor];
    this.#startedMs[executor] = undefined;
    if (kind === undefined) return;
    const { runs, runSeconds } = this.#of(kind);
    count(runs, outcome);
    if (fromMs !== undefined) {
      runSeconds.add((this.#clock.now() - fromMs) / 1_000);
    }
  }

  /** All of it, and what the scheduler and the places count themselves. */
  text(snapshot: Snapshot, places: readonly Place[]): string {
    const { ready, running, concurrency } = snapshot;
    return [
      ...this.#counters(),
      ...this.#histograms(),
      ...gauge("workitem_queue_depth", "Items that miss an executor", ready),
      ...gauge("workitem_executors_busy", "Runs in flight", running),
      ...gauge("workitem_executors", "Runs that may be", concurrency),
      ...requests(places),
      ...head("workitem_build_info", "gauge", "The version that runs"),
      line("workitem_build_info", { version: VERSION }, 1),
      "",
    ].join("\n");
  }

  #of(kind: string): KindCounts {
    let counts = this.#kinds.get(kind);
    if (counts === undefined) {
      counts = new KindCounts();
      this.#kinds.set(kind, counts);
    }
    return counts;
  }

  #counters(): string[] {
    const kinds = [...this.#kinds];
    const lines = (
      name: string,
      counter: "enqueues" | "runs",
    ): string[] =>
      kinds.flatMap(([kind, counts]) =>
        [...counts[counter]].map(([outcome, n]) =>
          line(name, { kind, outcome }, n)
        )
      );
    return [
      ...head("workitem_enqueues_total", "counter", "Enqueues answered"),
      ...lines("workitem_enqueues_total", "enqueues"),
      ...head("workitem_runs_total", "counter", "Runs ended"),
      ...lines("workitem_runs_total", "runs"),
    ];
  }

  #histograms(): string[] {
    const kinds = [...this.#kinds];
    const run = "workitem_run_seconds";
    const wait = "workitem_wait_seconds";
    return [
      ...head(run, "histogram", "How long runs took"),
      ...kinds.flatMap(([kind, each]) => each.runSeconds.lines(run, { kind })),
      ...head(wait, "histogram", "How long items were queued, of a sample"),
      ...kinds.flatMap(([kind, each]) =>
        each.waitSeconds.lines(wait, { kind })
      ),
    ];
  }
}

function requests(places: readonly Place[]): string[] {
  const name = "workitem_http_requests_total";
  const lines = places.flatMap(({ method, path, answered }) =>
    [...answered].map(([status, n]) =>
      line(name, { route: `${method} ${path}`, status: String(status) }, n)
    )
  );
  return [...head(name, "counter", "Requests answered"), ...lines];
}

function count(counter: Map<string, number>, word: string): void {
  counter.set(word, (counter.get(word) ?? 0) + 1);
}

function gauge(name: string, help: string, value: number): string[] {
  return [...head(name, "gauge", help), line(name, {}, value)];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}.`, `# TYPE ${name} ${type}`];
}

function line(name: string, labels: Labels, value = 0): string {
  const pairs = Object.entries(labels).map(([label, text]) =>
    `${label}="${escaped(text)}"`
  );
  const list = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  return `${name}${list} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}
