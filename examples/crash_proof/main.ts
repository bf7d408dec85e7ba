/**
 * What a store promises. Payments are enqueued, and then again, as one does who got
 * no answer. The program that books them is killed in the middle of it, three times.
 * In the end each payment is in the books, once.
 *
 *     deno run --unstable-kv --allow-read --allow-write --allow-run examples/crash_proof/main.ts
 *
 * @module
 */
import { type } from "@workitem/scheduler";
import {
  type DurableKind,
  DurableScheduler,
} from "@workitem/scheduler/durable";
import { openDenoKvStore } from "@workitem/scheduler/stores/deno-kv";
import { delay } from "@std/async";

const ACCOUNTS: readonly string[] = ["ann", "bob", "cyd", "dan"];
const PAYMENTS = 200;
const KILLS = 3;
const RUNS_BEFORE_KILL = 9;
// deno-lint-ignore no-console -- an example shows its output
const say = console.log;

/** The payments of an account, by their numbers; what runs return is booked. */
type Payments = DurableKind<number[], number, number>;

/** Both programs define the kind; it runs in the one that is killed. */
function define(scheduler: DurableScheduler): Payments {
  return scheduler.define("payments", {
    message: type<number>(),
    context: () => ({ booked: [] as number[] }),
    maxMessages: 5,
    async run({ key, messages, context, signal }): Promise<number[]> {
      say(`${key} begins ${messages}`);
      await delay(20, { signal }); // As if a bank were asked.
      context.booked.push(...messages);
      return context.booked;
    },
  });
}

/** Books what there is, until it is killed. */
async function book(path: string): Promise<void> {
  const store = await openDenoKvStore(path);
  define(new DurableScheduler({ store, lease: 500 }));
}

/** Starts this program once more, to book. */
function startBooking(path: string): Deno.ChildProcess {
  const flags = ["--quiet", "--unstable-kv", "--allow-read", "--allow-write"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, import.meta.url, path],
    stdout: "piped",
  }).spawn();
}

/** Kills it in the middle of a run. */
async function killLater(booking: Deno.ChildProcess): Promise<void> {
  let runs = 0;
  for await (
    const text of booking.stdout.pipeThrough(new TextDecoderStream())
  ) {
    runs += text.split("\n").length - 1;
    if (runs >= RUNS_BEFORE_KILL) break;
  }
  booking.kill("SIGKILL");
  await booking.status;
}

/** Enqueues all payments; says how many of them are new. */
async function pay(payments: Payments): Promise<number> {
  const entries = Array.from({ length: PAYMENTS }, (_, number) => {
    const key = ACCOUNTS[number % ACCOUNTS.length] ?? "";
    return { key, message: number, id: `payment ${number}` };
  });
  const outcomes = await payments.enqueueMany(entries);
  return outcomes.filter((outcome) =>
    outcome === "queued" || outcome === "coalesced"
  ).length;
}

async function main(path: string): Promise<void> {
  const store = await openDenoKvStore(path);
  const scheduler = new DurableScheduler({ store, handlers: "elsewhere" });
  const payments = define(scheduler);
  say(`new payments: ${await pay(payments)}`);
  say(`new payments, enqueued again: ${await pay(payments)}`);
  for (let kill = 1; kill <= KILLS; kill++) {
    await killLater(startBooking(path));
    say(`killed: ${kill}`);
  }
  const booking = startBooking(path);
  const drain = booking.stdout.pipeTo(new WritableStream());
  const books = await Promise.all(
    ACCOUNTS.map((account) => payments.request(account)),
  );
  say(`booked: ${books.flat().length}`);
  say(`different payments in the books: ${new Set(books.flat()).size}`);
  booking.kill();
  await Promise.all([booking.status, drain]);
  await scheduler.close();
  await store.close();
}

const [path] = Deno.args;
if (path !== undefined) await book(path);
else {
  const folder = await Deno.makeTempDir();
  await main(`${folder}/books.kv`);
  await Deno.remove(folder, { recursive: true });
}

// Output:
// new payments: 200
// new payments, enqueued again: 0
// killed: 1
// killed: 2
// killed: 3
// booked: 200
// different payments in the books: 200
