/** CloudEvents as enqueues; a real SDK is in the tests of foreign clients. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Scheduler, type } from "../../mod.ts";
import { type Asking, type Stage, stageOf } from "./stage.ts";

const STRUCTURED = { "Content-Type": "application/cloudevents+json" };
const EVENT = {
  specversion: "1.0",
  id: "1",
  source: "/shop",
  type: "order",
  subject: "acme",
  data: { total: 7 },
};
const BINARY = {
  "ce-specversion": "1.0",
  "ce-id": "1",
  "ce-source": "/shop",
  "ce-type": "order",
  "ce-subject": "acme",
};

function eventStage(): Stage & { readonly ran: [string, unknown][] } {
  const scheduler = new Scheduler();
  const ran: [string, unknown][] = [];
  const run = (
    { key, messages }: { key: string; messages: readonly unknown[] },
  ): void => void ran.push([key, messages]);
  scheduler.define("order", { message: type<unknown>(), run });
  return { ...stageOf(scheduler), ran };
}

function structured(change: Record<string, unknown> = {}): Asking {
  return { headers: STRUCTURED, body: JSON.stringify({ ...EVENT, ...change }) };
}

async function codeOf(answer: Promise<Response>): Promise<string> {
  const { status, code = "" } = await (await answer).json();
  return `${status ?? 202} ${code}`.trim();
}

Deno.test("POST /v1/cloudevents enqueues in both modes, and each event once", async () => {
  await using stage = eventStage();

  const first = await stage.ask("POST /v1/cloudevents", structured());
  const again = await stage.ask("POST /v1/cloudevents", structured());
  const binary = await stage.ask("POST /v1/cloudevents", {
    headers: { ...BINARY, "ce-id": "2", "ce-subject": "%C3%A4%2Fb" },
    body: '{"total":8}',
  });

  const bodies = await Promise.all([first, again].map((each) => each.json()));
  assertEquals(bodies[0], bodies[1]);
  assertEquals(first.headers.get("Location"), "items/order/acme");
  assertEquals(binary.headers.get("Location"), "items/order/%C3%A4%2Fb");
  assertEquals(stage.ran, [
    ["acme", [{ total: 7 }]],
    ["ä/b", [{ total: 8 }]],
  ]);
});

Deno.test("POST …/messages takes an event: the path names, its data is the message", async () => {
  await using stage = eventStage();
  const line = "POST /v1/items/order/other/messages";

  await stage.ask(line, structured());
  await stage.ask(line, { headers: { ...BINARY, "ce-id": "2" }, body: "8" });
  await stage.ask(line, { headers: { ...BINARY, "ce-id": "2" }, body: "8" });

  assertEquals(stage.ran, [["other", [{ total: 7 }]], ["other", [8]]]);
});

Deno.test("POST /v1/cloudevents takes another source or id for another event", async () => {
  await using stage = eventStage();
  for (const change of [{}, { id: "2" }, { source: "/else" }]) {
    await stage.ask("POST /v1/cloudevents", structured(change));
  }

  assertEquals(stage.ran.length, 3);
});

Deno.test("one event may be sent to several items, to each once", async () => {
  await using stage = eventStage();
  const lines = ["a", "b", "a"].map((key) =>
    `POST /v1/items/order/${key}/messages`
  );

  const answers: string[] = [];
  for (const line of lines) {
    answers.push(await codeOf(stage.ask(line, structured())));
  }
  for (const subject of ["c", "c"]) {
    const asking = structured({ subject });
    answers.push(await codeOf(stage.ask("POST /v1/cloudevents", asking)));
  }

  assertEquals(answers, Array(5).fill("202"));
  assertEquals(stage.ran.map(([key]) => key), ["a", "b", "c"]);
});

Deno.test("an event that comes back as another request is refused by its own name", async () => {
  await using stage = eventStage();
  const line = "POST /v1/items/order/acme/messages";

  await stage.ask(line, structured());
  const other = await stage.ask(line, structured({ data: { total: 8 } }));
  const { code, detail, hint } = await other.json();

  assertEquals([other.status, code], [422, "WI-HTTP-KEY-REUSED"]);
  assertEquals(detail, "This event was sent to this item in another request");
  assertStringIncludes(hint, "id");
  assertEquals(stage.ran.length, 1);
});

Deno.test("POST /v1/cloudevents refuses what is no event, and says why", async () => {
  await using stage = eventStage();
  const refused = (asking: Asking): Promise<string> =>
    codeOf(stage.ask("POST /v1/cloudevents", asking));
  const raw = (body: string): Asking => ({ headers: STRUCTURED, body });
  const batch = { "Content-Type": "application/cloudevents-batch+json" };

  for (
    const change of [
      { specversion: "0.3" },
      { specversion: 1 },
      { id: "" },
      { id: 7 },
      { id: undefined },
      { source: undefined },
      { type: undefined },
      { subject: undefined },
      { subject: "" },
      { subject: 7 },
      { id: "x".repeat(2_049) },
    ]
  ) {
    assertEquals(await refused(structured(change)), "400 WI-HTTP-EVENT");
  }
  assertEquals(await refused(structured({ subject: ".." })), "400 WI-HTTP-KEY");
  assertEquals(
    await refused(structured({ subject: "a\nb" })),
    "400 WI-HTTP-KEY",
  );
  assertEquals(
    await refused(structured({ type: "none" })),
    "404 WI-UNKNOWN-KIND",
  );
  assertEquals(
    await refused(structured({ data_base64: "AA==" })),
    "415 WI-HTTP-MEDIA",
  );
  assertEquals(
    await refused(structured({ datacontenttype: "text/xml" })),
    "415 WI-HTTP-MEDIA",
  );
  for (const body of ["[]", "null", "7"]) {
    assertEquals(await refused(raw(body)), "400 WI-HTTP-EVENT");
  }
  assertEquals(await refused(raw("{")), "400 WI-HTTP-JSON");
  assertEquals(
    await refused({ headers: batch, body: "[]" }),
    "415 WI-HTTP-MEDIA",
  );
  assertEquals(
    await refused({ headers: { ...BINARY, "ce-subject": "%zz" }, body: "1" }),
    "400 WI-HTTP-EVENT",
  );
  assertEquals(await refused({ body: "1" }), "400 WI-HTTP-EVENT");
  assertEquals(stage.ran, []);
});
