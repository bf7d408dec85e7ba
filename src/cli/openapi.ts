/**
 * The command `openapi`: the document of the endpoint.
 *
 * @module
 */
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT } from "./failure.ts";
import { ask, readJson, refusalOf } from "./ask.ts";

/** `openapi` */
export const OPENAPI: RemoteCommand = {
  name: "openapi",
  words: "",
  help: "print the OpenAPI 3.1 document of the endpoint",
  examples: ["openapi > openapi.json"],
  flags: {},
  count: [0, 0],
  isLocal: false,
  run: openapi,
};

async function openapi({ remote, paper }: RemoteCall): Promise<number> {
  const response = await ask(remote, "/openapi.json");
  const document = await readJson(response);
  if (!response.ok) throw refusalOf(response, document);
  await paper.tell(document, () => [JSON.stringify(document, undefined, 2)]);
  return EXIT.done;
}
