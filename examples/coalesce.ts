/** Ten wake-ups, one run: the callback takes all that it finds in its context. */
import { Scheduler } from "@workitem/scheduler";

await using scheduler = new Scheduler();
const total = scheduler.createWorkItem({
  context: () => ({ amounts: [] as number[] }),
  run({ context, number, coalesced }): void {
    const sum = context.amounts.splice(0).reduce((a, b) => a + b, 0);
    // deno-lint-ignore no-console -- an example shows its output
    console.log(`run ${number} for ${coalesced} wake-up(s): sum ${sum}`);
  },
});

for (let amount = 1; amount <= 10; amount++) {
  total.context.amounts.push(amount);
  total.enqueue(); // "queued", then nine times "coalesced"
}
await total.flush();

total.context.amounts.push(100);
total.enqueue(); // "queued": the first run is over
await total.flush();

// Output:
// run 1 for 10 wake-up(s): sum 55
// run 2 for 1 wake-up(s): sum 100
