/**
 * Webhooks come in floods. Here 300 of them come over HTTP within a moment, and
 * each tenant is synced once. One tenant's side is down: it alone backs off, and
 * what comes for it meanwhile waits in order behind what failed.
 *
 *     deno run --allow-net=127.0.0.1 examples/webhook_flood/main.ts
 *
 * What to copy: `sync` and `receive`. The rest is the world around them.
 *
 * @module
 */
import { exponential, Scheduler, type } from "@workitem/scheduler";
import { Report } from "./report.ts";
import { Tenants } from "./tenants.ts";

const PLACE = { hostname: "127.0.0.1", port: 0, onListen: (): void => {} };
const SILENCE_MS = 200;
const FLOOD = 100;
const SOME_MORE = 10;

const report = new Report(SILENCE_MS);
const tenants = new Tenants({ down: "globex", answers503: 2 });
const scheduler = new Scheduler({ concurrency: 4 });

const sync = scheduler.define("sync", {
  message: type<number>(), // the number of a webhook
  delay: SILENCE_MS, // A tenant is synced when none has come for so long,
  reschedule: "latest",
  maxDelay: 10 * SILENCE_MS, // at the latest so long after the first.
  retry: exponential({ attempts: 5, min: 300, jitter: 0 }),
  async run({ key, messages, signal }): Promise<void> {
    const body = JSON.stringify(messages);
    const url = new URL(`/${key}`, tenants.url);
    const response = await fetch(url, { method: "POST", body, signal });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${response.status}`);
    report.synced(key, messages);
  },
  undelivered: (messages, { key }) => report.lost(key, messages),
});

/** Takes a webhook: never waits for a sync, and says what became of it. */
async function receive(request: Request): Promise<Response> {
  const tenant = new URL(request.url).pathname.slice("/hooks/".length);
  const { id } = await request.json();
  const outcome = sync.enqueue(tenant, id);
  report.received(tenant, id);
  return Response.json({ outcome }, { status: 202 });
}

const receiver = Deno.serve(PLACE, receive);
const senders = new Scheduler({ concurrency: 20 });
let sent = 0;

/** Sends webhooks, 20 at a time; the answers say what each did. */
async function flood(count: number, names: readonly string[]): Promise<void> {
  const send = async (name: string): Promise<string> => {
    const url = `http://127.0.0.1:${receiver.addr.port}/hooks/${name}`;
    const body = JSON.stringify({ id: ++sent });
    const response = await fetch(url, { method: "POST", body });
    return (await response.json()).outcome;
  };
  const rounds = Array.from({ length: count }, () => names).flat();
  report.answers(
    names,
    await Promise.all(rounds.map((name) => senders.run(() => send(name)))),
  );
}

const failedOnce = Promise.withResolvers<void>();
scheduler.observe({
  retried({ key = "", error, delay }): void {
    report.failed(key, { error, delay });
    failedOnce.resolve();
  },
});

report.begin();
await flood(FLOOD, ["acme", "globex", "initech"]);
await Promise.all([failedOnce.promise, report.whenSettled(2 * FLOOD)]);
await flood(SOME_MORE, ["acme", "globex"]);
await report.whenSettled(sent);

await Promise.all([scheduler, senders].map((each) => each.close()));
await Promise.all([receiver.shutdown(), tenants.close()]);
Deno.exitCode = report.end(tenants) ? 0 : 1;
