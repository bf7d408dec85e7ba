import { assert, assertEquals } from "@std/assert";
import { crash } from "./crash/crash.ts";

const KILLS = 12;

Deno.test("workItems() of a server killed 12 times loses no message that was answered, and doubles none that was sent again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "crash-" });
  const seed = Math.floor(Math.random() * 2 ** 31);

  const { figures, wrong } = await crash(folder, { seed, kills: KILLS });

  const found = `seed ${seed}, in ${folder}\n${wrong.slice(0, 20).join("\n")}`;
  assertEquals(wrong.length, 0, found);
  const { resent, waitedAgain, duplicates } = figures;
  // Else it has tried nothing.
  assert(resent > 0 && waitedAgain > 0 && duplicates > 0, `seed ${seed}`);
  await Deno.remove(folder, { recursive: true });
});
