import { assertEquals } from "@std/assert";
import { describe } from "./torture/report.ts";
import { torture } from "./torture/torture.ts";

const KILLS = 20;
const MOST_MS = 60_000;

Deno.test("torture: of 20 processes killed, and some that stood still, nothing is lost, doubled or swapped", async () => {
  const folder = await Deno.makeTempDir({ prefix: "torture-" });
  const seed = Math.floor(Math.random() * 2 ** 31);

  const { violations, history } = await torture(folder, {
    seed,
    kills: KILLS,
    mostMs: MOST_MS,
    leaseMs: 1_000,
    keys: 50,
    slackMs: 3_000, // Other tests want the processors as well.
  });

  const found = `seed ${seed}, in ${folder}\n${describe(violations)}\n`;
  assertEquals(violations.length, 0, `${found}${history}`);
  await Deno.remove(folder, { recursive: true });
});
