/** How a client enqueues many. */
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { type Client, connect, ProblemError } from "../../src/client/mod.ts";
import { HastyClock, json, problem, rejection, serving } from "./stage.ts";

interface Sent {
  readonly key: string;
  readonly message?: unknown;
  readonly [option: string]: unknown;
}

/** A server that takes all but the key "bad". */
async function taking(
  use: (url: string, parts: readonly (readonly Sent[])[]) => Promise<void>,
  trouble: (part: number) => Response | undefined = () => undefined,
): Promise<void> {
  const parts: Sent[][] = [];
  await serving(async (request) => {
    assertEquals(new URL(request.url).pathname, "/v1/items/sync/messages");
    const entries = await request.json();
    parts.push(entries);
    const results = entries.map(({ key }: Sent) =>
      key === "bad"
        ? {
          type: "t",
          title: "No",
          status: 422,
          code: "WI-INVALID-MESSAGE",
          errors: [{ pointer: "/a", detail: "odd" }],
        }
        : { status: 202, outcome: "queued", version: key }
    );
    const all = { accepted: 0, refused: 0, results };
    return trouble(parts.length) ?? json(all, 202);
  }, (url) => use(url, parts));
}

function clientOf(url: string, maxBatch = 100): Client {
  return connect(url, { clock: new HastyClock(), maxBatch, retry: [] });
}

Deno.test("enqueueMany() answers each by itself, in order", async () => {
  await taking(async (url, parts) => {
    const sync = clientOf(url).kind("sync");

    const [a, bad, dot, odd, b] = await sync.enqueueMany([
      { key: "a", message: 1, id: "i", delay: 0.5, at: undefined },
      { key: "bad" },
      { key: ".." },
      { key: "f", message: () => {} },
      { key: "b", at: new Date(5), maxDelay: 7, reschedule: "keep" },
    ]);

    assertEquals([a, b], ["queued", "queued"]);
    assertInstanceOf(bad, ProblemError);
    assertEquals(bad.issues, [{ message: "odd", path: ["a"] }]);
    assertMatch(bad.message, /^Cannot enqueue "sync\/bad": No \(422\)$/);
    assertInstanceOf(dot, RangeError);
    assertInstanceOf(odd, TypeError);
    assertEquals(parts, [[
      { key: "a", id: "i", delay: 1, message: 1 },
      { key: "bad" },
      {
        key: "b",
        at: "1970-01-01T00:00:00.005Z",
        reschedule: "keep",
        maxDelay: 7,
      },
    ]]);
  });
});

Deno.test("enqueueMany() of nothing asks nothing", async () => {
  await taking(async (url, parts) => {
    assertEquals(await clientOf(url).enqueueMany("sync", []), []);
    assertEquals(parts, []);
  });
});

Deno.test("enqueueMany() sends parts by count and by size, in order", async () => {
  const large = "x".repeat(400_000);
  await taking(async (url, parts) => {
    const keys = ["a", "b", "c", "d", "e"];
    const entries = keys.map((key) => ({ key, message: large }));

    const answers = await clientOf(url).enqueueMany("sync", entries);
    await clientOf(url, 3).enqueueMany("sync", keys.map((key) => ({ key })));

    assertEquals(
      answers.map((each) => "version" in each && each.version),
      keys,
    );
    assertEquals(
      parts.map((part) => part.map(({ key }) => key).join("")),
      ["ab", "cd", "e", "abc", "de"],
    );
  });
});

Deno.test("enqueueMany() refuses what no endpoint takes, and sends the rest", async () => {
  await taking(async (url) => {
    const answers = await clientOf(url).enqueueMany("sync", [
      { key: "a", message: "x".repeat(1_000_000) },
      { key: "b" },
    ]);

    assertInstanceOf(answers[0], RangeError);
    assertEquals(answers[1], { outcome: "queued", version: "b" });
  });
});

Deno.test("enqueueMany() rejects if its first part cannot be sent", async () => {
  await taking(async (url) => {
    const work = clientOf(url).enqueueMany("sync", [{ key: "a" }]);

    const error = await rejection(work);

    assertInstanceOf(error, ProblemError);
    assertEquals(error.code, "WI-HTTP-FORBIDDEN");
  }, () => problem(403, "WI-HTTP-FORBIDDEN"));
});

Deno.test("enqueueMany() sends nothing behind a part that could not be sent", async () => {
  await taking(async (url, parts) => {
    const entries = ["a", "b", "c"].map((key) => ({ key }));

    const answers = await clientOf(url, 1).enqueueMany("sync", entries);

    assertEquals(answers[0], { outcome: "queued", version: "a" });
    assertInstanceOf(answers[1], ProblemError);
    assertEquals(answers[2], answers[1]);
    assertEquals(parts.length, 2);
  }, (part) => part === 2 ? problem(503, "WI-CLOSED") : undefined);
});

Deno.test("an answer with too few results is none", async () => {
  await taking(async (url) => {
    const error = await rejection(
      clientOf(url).enqueueMany("sync", [{ key: "a" }]),
    );

    assertMatch(String(error), /\$\.results is not a list of 1/);
  }, () => json({ accepted: 0, refused: 0, results: [] }, 202));
});
