/** A scope for each tenant: its items never run at the same time, while other
 * tenants go on; when it is deleted, its items are cleaned up before it. */
import { Scheduler, type Scope, type WorkItem } from "@workitem/scheduler";

await using scheduler = new Scheduler();
// deno-lint-ignore no-console -- an example shows its output
const say = console.log;

function openTenant(name: string): Scope {
  return scheduler.createScope({
    serialize: true,
    cleanup: () => say(`${name} has gone`),
  });
}

function createItem(scope: Scope, key: string): WorkItem {
  return scope.createWorkItem({
    key,
    async run(): Promise<void> {
      say(`${key} starts`);
      await Promise.resolve(); // Here another item may start.
      say(`${key} ends`);
    },
    cleanup: () => say(`${key} is cleaned up`),
  });
}

const acme = openTenant("acme");
const items = ["acme orders", "acme mails"].map((key) => createItem(acme, key));
items.push(createItem(openTenant("globex"), "globex orders"));

for (const item of items) item.enqueue();
await scheduler.idle();
await acme.delete();

// Output:
// acme orders starts
// globex orders starts
// acme orders ends
// globex orders ends
// acme mails starts
// acme mails ends
// acme orders is cleaned up
// acme mails is cleaned up
// acme has gone
// globex orders is cleaned up
// globex has gone
