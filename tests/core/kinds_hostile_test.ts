/** What the user's code may do in the middle of an enqueue, and values that are
 * not what they seem: nothing is lost, doubled, or left behind. */
import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { DeletedError, type Kind, type Schema, type } from "../../mod.ts";
import { KindStage } from "./support/kinds_stage.ts";

/** A schema that calls back, and takes everything. */
function calling(back: () => void): Schema<string> {
  const validate = (value: unknown): { value: string } => {
    back();
    return { value: String(value) };
  };
  return { "~standard": { version: 1, vendor: "test", validate } };
}

Deno.test("A scope deleted by the context of its kind takes no item", async () => {
  await using stage = new KindStage();
  const log: string[] = [];
  const scope = stage.scheduler.createScope({
    cleanup: () => log.push("scope"),
  });
  const kind = scope.define("k", {
    context: (key) => {
      scope.delete();
      return key;
    },
    run: () => void log.push("run"),
    cleanup: (context) => log.push(`cleanup ${context}`),
  });

  assertThrows(() => kind.enqueue("a"), DeletedError);
  await stage.settle();

  assertEquals(log, ["cleanup a", "scope"]);
  assertEquals(kind.keys(), []);
});

Deno.test("A scope deleted by the schema of its kind takes no item", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope();
  const runs: string[] = [];
  const kind = scope.define("k", {
    message: calling(() => void scope.delete()),
    run: ({ key }) => void runs.push(key),
  });

  assertThrows(() => kind.enqueue("a", "x"), DeletedError);
  await stage.settle();

  assertEquals(runs, []);
});

for (const where of ["merge", "schema"] as const) {
  for (const then of ["cancel", "cancel and enqueue", "delete"] as const) {
    Deno.test(`${then} in a ${where}: there is one item of a key, and it does not overlap itself`, async () => {
      await using stage = new KindStage();
      let isOn = false;
      let inFlight = 0;
      const handled: string[] = [];
      const taken: unknown[] = [];
      const back = (): void => {
        if (!isOn) return;
        isOn = false;
        if (then === "delete") return void kind.get("a").delete();
        taken.push(...kind.get("a").cancel() ?? []);
        if (then === "cancel and enqueue") kind.enqueue("a", "inner");
      };
      const kind: Kind<undefined, void, string, string> = stage.scheduler
        .define("k", {
          message: where === "schema" ? calling(back) : type<string>(),
          merge: (older: string, newer: string) => {
            if (where === "merge") back();
            return `${older}+${newer}`;
          },
          async run({ messages }): Promise<void> {
            assertEquals(++inFlight, 1);
            await Promise.resolve();
            inFlight--;
            handled.push(...messages);
          },
        });
      kind.enqueue("a", "1");
      isOn = true;
      try {
        kind.enqueue("a", "2");
      } catch (error) {
        assertInstanceOf(error, DeletedError);
        assertEquals(then, "delete");
      }
      if (then !== "delete") {
        assertEquals(kind.enqueue("a", "3"), "coalesced");
        assertEquals(kind.keys(), ["a"]);
      }
      await stage.settle();

      const parts = handled.flatMap((message) => message.split("+"));
      const all = [...taken, ...parts];
      const inner = then === "cancel and enqueue" ? ["inner"] : [];
      const wanted = then === "delete" ? ["1"] : ["1", ...inner, "2", "3"];
      assertEquals(all, wanted);
      assertEquals(kind.keys(), []);
      const isTold = where === "merge" && then === "cancel";
      assertEquals(stage.takeTold(), isTold ? ["onError TypeError"] : []);
    });
  }
}

Deno.test("A merge that enqueues its item at folding back keeps all apart, and is told", async () => {
  await using stage = new KindStage();
  const handed: string[] = [];
  let isOn = false;
  const kind: Kind<undefined, void, string, string> = stage.scheduler
    .define("k", {
      message: type<string>(),
      retry: [5],
      merge: (older: string, newer: string) => {
        if (isOn) {
          isOn = false;
          kind.enqueue("a", "inner");
        }
        return `${older}+${newer}`;
      },
      async run({ messages, attempt }): Promise<void> {
        handed.push(messages.join());
        if (attempt > 1) return;
        await Promise.resolve();
        isOn = true;
        throw new Error("down");
      },
    });
  kind.enqueue("a", "1");
  await Promise.resolve();
  await Promise.resolve();
  kind.enqueue("a", "2");
  await stage.settle();
  stage.clock.advance(5);
  await stage.settle();

  assertEquals(handed, ["1", "1,2+inner"]);
  assertEquals(stage.takeTold(), ["onError TypeError"]);
});

Deno.test("merge is not asked about messages that do not go back", async () => {
  await using stage = new KindStage();
  const told: string[] = [];
  let isOn = false;
  const kind: Kind<undefined, void, string, string> = stage.scheduler
    .define("k", {
      message: type<string>(),
      merge: (older: string, newer: string) => {
        if (isOn) throw new Error(`asked about ${older} and ${newer}`);
        return `${older}+${newer}`;
      },
      undelivered: (messages) => void told.push(...messages),
      async run({ number }): Promise<void> {
        await Promise.resolve();
        isOn = true;
        if (number === 1) throw new Error("down");
      },
    });
  kind.enqueue("a", "1");
  await Promise.resolve();
  await Promise.resolve();
  kind.enqueue("a", "2");
  await stage.settle();

  assertEquals(told, ["1"]);
  assertEquals(stage.takeTold(), []);
});

Deno.test("A time that is none is refused, and stops no timer", async () => {
  await using stage = new KindStage();
  const at: number[] = [];
  const kind = stage.scheduler.define("k", {
    run: () => void at.push(stage.clock.now()),
  });
  class Fickle extends Date {
    #asked = 0;
    override getTime(): number {
      return this.#asked++ === 0 ? 5 : NaN;
    }
  }

  kind.enqueue("b", undefined, { delay: 10 });
  assertThrows(
    () => kind.enqueue("a", undefined, { at: new Fickle() }),
    RangeError,
  );
  kind.enqueue("c", undefined, { delay: 20 });
  stage.clock.advance(10);
  await stage.settle();
  stage.clock.advance(10);
  await stage.settle();

  assertEquals(at, [10, 20]);
});

Deno.test("rate: no timer is left when nobody waits any longer", async () => {
  await using stage = new KindStage();
  const scope = stage.scheduler.createScope();
  const kind = scope.define("k", {
    rate: { limit: 1, interval: 3_000 },
    run(): void {},
  });
  kind.enqueue("a");
  kind.enqueue("b");
  await stage.settle();
  assertEquals(stage.clock.timers, 1);

  kind.get("b").cancel();

  assertEquals(stage.clock.timers, 0);
});

Deno.test("context is made in the scheduler's own async context", async () => {
  const storage = new AsyncLocalStorage<string>();
  await using stage = new KindStage();
  const seen: unknown[] = [];
  const kind = stage.scheduler.define("k", {
    context: () => void seen.push(storage.getStore()),
    run: () => void seen.push(storage.getStore()),
  });

  storage.run("the caller's", () => kind.enqueue("a"));
  await stage.settle();

  assertEquals(seen, [undefined, undefined]);
});

for (
  const answer of [undefined, null, 5, "x", { issues: 5 }, { issues: null }]
) {
  Deno.test(`A schema that answers ${JSON.stringify(answer)} is a mistake`, async () => {
    await using stage = new KindStage();
    const validate = (): never => answer as never;
    const message: Schema<string> = {
      "~standard": { version: 1, vendor: "test", validate },
    };
    const kind = stage.scheduler.define("k", { message, run(): void {} });

    const error = assertThrows(() => kind.enqueue("a", "x"), TypeError);

    assertStringIncludes(error.message, "gave no result");
    await assertRejects(() => kind.request("a", "x"), TypeError);
    assertEquals(kind.keys(), []);
  });
}

Deno.test("retry: one that returns a promise ends the attempts, and harms nobody", async () => {
  await using stage = new KindStage();
  const kind = stage.scheduler.define("k", {
    message: type<string>(),
    retry: () => Promise.reject(new Error("late")) as never,
    run(): never {
      throw new Error("down");
    },
  });

  kind.enqueue("a", "x");
  await stage.settle();

  assertEquals(stage.takeTold(), ["onError RangeError", "onError [x] Error"]);
});

Deno.test("A context that fills the queue leaves no item behind", async () => {
  await using stage = new KindStage({ maxOwed: 1 });
  const kind: Kind<string> = stage.scheduler.define("k", {
    context: (key) => {
      if (key === "a") kind.enqueue("b");
      return key;
    },
    passivateAfter: 5,
    run(): void {},
  });

  assertThrows(() => kind.enqueue("a"));
  await stage.settle();
  stage.clock.advance(5);

  assertEquals(kind.keys(), []);
});

Deno.test("An enqueue that is refused does not prolong the life of a context", async () => {
  await using stage = new KindStage({ maxOwed: 1 });
  const kind: Kind<string> = stage.scheduler.define("k", {
    context: (key) => key,
    passivateAfter: 6,
    run(): void {},
  });
  kind.enqueue("a");
  await stage.settle();
  kind.enqueue("b", undefined, { delay: 60 });
  stage.clock.advance(5);

  assertThrows(() => kind.enqueue("a"));
  await assertRejects(() => kind.request("a"));
  stage.clock.advance(1);

  assertEquals(kind.keys(), ["b"]);
});
