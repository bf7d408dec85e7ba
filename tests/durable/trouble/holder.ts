/** Holds a database, as another program that writes to it does, until it is
 * asked to let it go. */
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(Deno.args[0] ?? "");
database.exec("BEGIN IMMEDIATE");
await Deno.stdout.write(new TextEncoder().encode("held\n"));
for await (const _ of Deno.stdin.readable);
database.exec("COMMIT");
database.close();
