/** What `authorize` is told of a list, and that a list keeps to it. */
import { assertEquals } from "@std/assert";
import { kind, Scheduler } from "../../mod.ts";
import { DurableScheduler, type Store } from "../../src/durable/mod.ts";
import { openDenoKvStore } from "../../src/stores/deno_kv.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { type Access, bearer } from "../../src/http/mod.ts";
import { type Stage, stageOf } from "./stage.ts";

const TOKENS = { acme: "acme-5f0c1b7e9a2d01", other: "other-88d0e1f2a3b4c" };

/** Each its own keys, and lists of no more. */
function ownOnly({ principal, key, prefix }: Access): boolean {
  return (key ?? prefix)?.startsWith(`${principal}/`) ?? false;
}

/** What a sender is told: the status, and the keys of a list. */
async function told(
  stage: Stage,
  sender: keyof typeof TOKENS,
  target: string,
): Promise<unknown[]> {
  const headers = { "Authorization": `Bearer ${TOKENS[sender]}` };
  const answer = await stage.ask(`GET ${target}`, { headers });
  const { items = [] } = await answer.json();
  return [answer.status, ...items.map(({ key }: { key: string }) => key)];
}

Deno.test("authorize() is told the prefix of a list, none for all", async () => {
  const asked: Access[] = [];
  await using stage = stageOf(new Scheduler(), {
    auth: bearer(TOKENS),
    authorize: (access) => asked.push(access) < 0,
  });

  for (const query of ["?prefix=acme%2F&limit=1", "?prefix=", ""]) {
    await told(stage, "acme", `/v1/items/sync${query}`);
    await told(stage, "acme", `/v1/dead/sync${query}`);
  }

  const list = { principal: "acme", action: "list", kind: "sync" } as const;
  const own = { ...list, prefix: "acme/" };
  assertEquals(asked, [own, own, list, list, list, list]);
});

const SYNC = kind("sync", { run: () => {}, delay: 60_000 });

function schedulerOf(
  where: string,
  store: Store,
): Scheduler | DurableScheduler {
  if (where === "in memory") {
    const scheduler = new Scheduler();
    scheduler.define(SYNC);
    return scheduler;
  }
  const scheduler = new DurableScheduler({ store });
  scheduler.define(SYNC);
  return scheduler;
}

for (const where of ["in memory", "on a store", "in Deno KV"]) {
  Deno.test(`a tenant lists its own items, and no cursor leads to others', ${where}`, async () => {
    const store = where === "in Deno KV"
      ? await openDenoKvStore(":memory:")
      : memoryStore();
    await using _open = { [Symbol.asyncDispose]: () => store.close() };
    await using stage = stageOf(schedulerOf(where, store), {
      auth: bearer(TOKENS),
      authorize: (access) => access.action === "enqueue" || ownOnly(access),
    });
    const headers = { "Authorization": `Bearer ${TOKENS.acme}` };
    for (const key of ["acme/1", "acme/2", "other/1", "other/2"]) {
      const path = `/v1/items/sync/${encodeURIComponent(key)}/messages`;
      await stage.ask(`POST ${path}`, { headers });
    }
    const list = "/v1/items/sync?limit=1&prefix=";

    const own = await told(stage, "acme", `${list}acme%2F`);
    const others = await told(stage, "acme", `${list}other%2F`);
    const all = await told(stage, "acme", "/v1/items/sync");
    const bearing = { "Authorization": `Bearer ${TOKENS.other}` };
    const theirs = await stage.ask(`GET ${list}other%2F`, { headers: bearing });
    const { cursor } = await theirs.json();
    const beyond = await told(
      stage,
      "acme",
      `${list}acme%2F&cursor=${encodeURIComponent(cursor)}`,
    );

    assertEquals([own, others, all], [[200, "acme/1"], [403], [403]]);
    const [status, ...keys] = beyond;
    assertEquals([status === 200 || status === 400, keys], [true, []]);
  });
}
