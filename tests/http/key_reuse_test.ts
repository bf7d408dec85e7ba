/** What is said of a name that was that of another request (H14). */
import { assertEquals } from "@std/assert";
import { Scheduler } from "../../mod.ts";
import { sign, webhook } from "../../src/http/mod.ts";
import { type Asking, type Stage, stageOf } from "./stage.ts";

const SECRET = `whsec_${btoa("s".repeat(32))}`;

/** Asks for two items in the same words. Tells of the second answer. */
async function refusalOf(stage: Stage, asking: Asking): Promise<unknown[]> {
  await stage.ask("POST /v1/items/pay/a/messages", asking);
  const second = await stage.ask("POST /v1/items/pay/b/messages", asking);
  const { code, detail } = await second.json();
  return [second.status, code, detail];
}

Deno.test("fetch() says of an Idempotency-Key that it was that of another request", async () => {
  const scheduler = new Scheduler();
  scheduler.define("pay", { run: () => {} });
  await using stage = stageOf(scheduler);

  const headers = { "Idempotency-Key": "one" };
  const refusal = await refusalOf(stage, { headers, body: "1" });

  assertEquals(refusal, [
    422,
    "WI-HTTP-KEY-REUSED",
    "This Idempotency-Key was that of another request",
  ]);
});

Deno.test("fetch() says of a signed message that its webhook-id was another's", async () => {
  const scheduler = new Scheduler();
  scheduler.define("pay", { run: () => {} });
  await using stage = stageOf(scheduler, {
    auth: webhook({ secrets: SECRET }),
  });

  const timestamp = Math.floor(Date.now() / 1_000);
  const body = "1";
  const headers = await sign({ secret: SECRET, id: "m1", timestamp, body });
  const refusal = await refusalOf(stage, { headers, body });

  assertEquals(refusal, [
    422,
    "WI-HTTP-KEY-REUSED",
    "The webhook-id of this message was that of another request",
  ]);
});
