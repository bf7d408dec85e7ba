/** Tests the test: the simulation must notice every mutant of the store. */
import { COMMITS, CONTROL, MESSAGES, NAMED } from "./sim/mutants.ts";
import { testMutants } from "./sim/mutation.ts";

testMutants([...NAMED, ...COMMITS, ...MESSAGES, ...CONTROL]);
