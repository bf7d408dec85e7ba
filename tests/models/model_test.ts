/** The models agree with their catalogue, and SPIN is understood. All of them
 * are looked at by `deno task model`, where SPIN is installed. */
import { assert, assertEquals } from "@std/assert";
import { CHECKS } from "./catalogue.ts";
import { findingOf, missing, verify } from "./spin.ts";

const MODELS = ["core", "durable", "lane", "lists"];

function sourceOf(model: string): string {
  return Deno.readTextFileSync(new URL(`${model}.pml`, import.meta.url));
}

/** What a model may be given by `-D`, but for its mutations. */
function optionsOf(model: string): Set<string> {
  const text = /\/\*[^]*?\*\//.exec(sourceOf(model))?.[0] ?? "";
  return new Set(
    [...text.matchAll(/-D([A-Z]+)\b/g)].map(([, name]) => name ?? ""),
  );
}

const isSpinAbsent = (await missing()).length > 0;

Deno.test("CHECKS has every mutation of every model, and no other", () => {
  const inModels = MODELS.flatMap((model) => {
    const found = sourceOf(model).matchAll(/\bMUT_[A-Z_]*[A-Z]\b/g);
    return [...new Set([...found].map(([name]) => `${model} ${name}`))];
  });

  const inChecks = CHECKS.filter(({ isMutation }) => isMutation)
    .map(({ model, name }) => `${model} MUT_${name}`);

  assertEquals(inChecks.toSorted(), inModels.toSorted());
});

Deno.test("CHECKS defines only what the models describe", () => {
  const unknown = CHECKS.flatMap(({ model, flags }) =>
    flags.split(" ").map((flag) => flag.split("=")[0] ?? "")
      .filter((flag) => flag !== "" && !flag.startsWith("MUT_"))
      .filter((flag) => !optionsOf(model).has(flag))
  );

  assertEquals(unknown, []);
});

Deno.test("findingOf() knows a full search, an error, and a cut one", () => {
  const full = "depth reached 9, errors: 0\n  1234 states, stored\n" +
    "  138.7\ttotal actual memory usage\n";
  const wrong = "pan:1: invalid end state (at depth 49)\n" +
    "depth reached 49, errors: 1\n       40 states, stored\n";

  assertEquals(findingOf(full), {
    states: 1_234,
    error: undefined,
    isComplete: true,
    megabytes: 139,
  });
  assertEquals(findingOf(wrong).error, "invalid end state");
  assertEquals(findingOf(wrong).isComplete, false);
  for (
    const cut of [
      "error: max search depth too small\n",
      "pan: reached -DMEMLIM bound\n",
    ]
  ) {
    assertEquals(findingOf(cut + full).isComplete, false);
  }
  assertEquals(findingOf("").error, "no end of the search");
});

Deno.test({
  name: "verify() finds no error in a model, and one in its mutation",
  ignore: isSpinAbsent,
  async fn(): Promise<void> {
    const model = {
      name: "smallest",
      model: "core",
      flags: "ITEMS=2 BOUND=1 ENQUEUES=2",
      isMutation: false,
      isLong: false,
    } as const;

    const sound = await verify(model);
    const broken = await verify({ ...model, flags: "MUT_LOST" });

    assertEquals(sound.error, undefined);
    assert(sound.isComplete);
    assert(sound.states > 100);
    assertEquals(broken.error, "assertion violated (served[i]==written[i])");
  },
});
