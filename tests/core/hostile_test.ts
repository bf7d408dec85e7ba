/** The hostile cases in Deno; `deno task test:runtimes` runs them elsewhere. */
import * as api from "../../mod.ts";
import { cases } from "./hostile_cases.ts";

for (const [name, fn] of cases) Deno.test(name, () => fn(api));
