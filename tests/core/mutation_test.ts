/** Tests the test: the simulator must notice every mutant of the engine. */
import { MUTANTS } from "./sim/mutants.ts";
import { testMutants } from "./support/mutation.ts";

testMutants({
  name: "the simulator",
  folders: ["sim"],
  schedules: 6_000,
  content: /no difference/,
}, MUTANTS);
