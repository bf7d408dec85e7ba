/** What Prometheus reads. */
import { assert, assertEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { type Stage, stageOf } from "./stage.ts";

/** A line is a name, its labels if any, and a number. */
const LINE =
  /^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? ([0-9.e+-]+)$/;

async function metricsOf(stage: Stage): Promise<readonly string[]> {
  const text = await (await stage.ask("GET /metrics")).text();
  assert(text.endsWith("\n"));
  return text.split("\n").slice(0, -1);
}

Deno.test("GET /metrics counts enqueues and runs by kind, and times them", async () => {
  const clock = new FakeClock();
  const scheduler = new Scheduler({ onError: () => {}, clock });
  const ends: (() => void)[] = [];
  scheduler.define("good", {
    run: () => new Promise<void>((resolve) => ends.push(resolve)),
  });
  await using stage = stageOf(scheduler, { clock });
  await metricsOf(stage);

  scheduler.pause();
  await stage.ask("POST /v1/items/good/a/messages");
  await stage.ask("POST /v1/items/good/a/messages");
  clock.advance(200);
  scheduler.resume();
  while (ends.length === 0) await Promise.resolve();
  clock.advance(3_000);
  ends[0]?.();
  await scheduler.idle();

  const lines = await metricsOf(stage);
  const has = (line: string): void => assert(lines.includes(line), line);
  has('workitem_enqueues_total{kind="good",outcome="queued"} 1');
  has('workitem_enqueues_total{kind="good",outcome="coalesced"} 1');
  has('workitem_runs_total{kind="good",outcome="ok"} 1');
  has('workitem_wait_seconds_bucket{kind="good",le="0.1"} 0');
  has('workitem_wait_seconds_bucket{kind="good",le="0.25"} 1');
  has('workitem_wait_seconds_sum{kind="good"} 0.2');
  has('workitem_run_seconds_bucket{kind="good",le="2.5"} 0');
  has('workitem_run_seconds_bucket{kind="good",le="5"} 1');
  has('workitem_run_seconds_bucket{kind="good",le="+Inf"} 1');
  has('workitem_run_seconds_count{kind="good"} 1');
  has("workitem_queue_depth 0");
  has("workitem_executors 16");
  has('workitem_http_requests_total{route="GET /metrics",status="200"} 1');
});

Deno.test("GET /metrics speaks the text format, whatever a kind is called", async () => {
  const scheduler = new Scheduler();
  const names = ['a"b', "a\\b", "a\nb", "ä🦕", "a b", "{}"];
  const kinds = names.map((name) => scheduler.define(name, { run: () => {} }));
  await using stage = stageOf(scheduler);
  await metricsOf(stage);
  for (const kind of kinds) kind.enqueue("secret-key");
  await scheduler.idle();

  const lines = await metricsOf(stage);

  const typed = new Set<string>();
  for (const line of lines) {
    const [, type] = /^# TYPE ([a-z_]+) (?:counter|gauge|histogram)$/
      .exec(line) ?? [];
    if (type !== undefined) typed.add(type);
    if (line.startsWith("#")) continue;
    const [, name = ""] = LINE.exec(line) ?? [];
    const family = name.replace(/_(?:bucket|sum|count)$/, "");
    assert(typed.has(family) || typed.has(name), line);
  }
  const runs = lines.filter((line) => line.startsWith("workitem_runs_total{"));
  assertEquals(runs.length, names.length);
  assert(!lines.join().includes("secret"));
});

Deno.test("GET /metrics does not grow with keys, nor with items of no kind", async () => {
  const scheduler = new Scheduler();
  const kind = scheduler.define("good", { run: () => {} });
  const item = scheduler.createWorkItem({ key: "lonely", run: () => {} });
  await using stage = stageOf(scheduler);
  kind.enqueue("a");
  await metricsOf(stage);
  kind.enqueue("a");
  await scheduler.idle();
  const before = await metricsOf(stage);

  for (let n = 0; n < 1_000; n++) kind.enqueue(`k${n}`);
  item.enqueue();
  await scheduler.idle();
  const after = await metricsOf(stage);

  assertEquals(after.length, before.length);
});
