/** Tests the test: the simulator of kinds must notice every mutant of the
 * engine. */
import { MUTANTS } from "./kinds_sim/mutants.ts";
import { testMutants } from "./support/mutation.ts";

testMutants({
  name: "the simulator of kinds",
  folders: ["sim", "kinds_sim"],
  schedules: 20_000,
  content: /all as the laws say/,
}, MUTANTS);
