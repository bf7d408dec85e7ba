/** The re-entrancy matrix in Deno; `deno task test:runtimes` runs it elsewhere. */
import * as api from "../../mod.ts";
import { cases } from "./reentrancy_cases.ts";

for (const [name, fn] of cases) Deno.test(name, () => fn(api));
