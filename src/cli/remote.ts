/**
 * The endpoint that the commands ask: where it is, and by which token.
 *
 * @module
 */
import { misuse } from "./failure.ts";
import type { Flags, Given } from "./flags.ts";
import type { Host } from "./host.ts";

/** Where `serve` listens if nothing else is said. */
export const PORT_DEFAULT = 8787;
const URL_DEFAULT = `http://127.0.0.1:${PORT_DEFAULT}`;

/** The flag that reads a token. */
export const TOKEN_FLAGS: Flags = {
  "token-stdin": {
    type: "boolean",
    help: "read the token from the first line of stdin;" +
      " else it is WORKITEM_TOKEN",
  },
};

/** The flags of each command that asks an endpoint. */
export const REMOTE_FLAGS: Flags = {
  url: {
    type: "string",
    value: "URL",
    help: `the endpoint; else WORKITEM_URL, else ${URL_DEFAULT}`,
  },
  ...TOKEN_FLAGS,
  timeout: {
    type: "string",
    value: "SPAN",
    help: "give up after so long, as 10s: exit code 6",
  },
};

/** An endpoint. */
export interface Remote {
  readonly url: URL;
  readonly token: string | undefined;
}

/** The endpoint that was named, or the default one. */
export async function findRemote(host: Host, given: Given): Promise<Remote> {
  const text = given.text("url") ?? host.env("WORKITEM_URL") ?? URL_DEFAULT;
  return { url: parseUrl(text), token: await readToken(host, given) };
}

/** The token, if there is one. It is told to nobody but the endpoint. */
export async function readToken(
  host: Host,
  given: Given,
): Promise<string | undefined> {
  if (!given.has("token-stdin")) return host.env("WORKITEM_TOKEN");
  if (given.words.includes("-")) {
    throw misuse("Stdin cannot be the token and the message at once");
  }
  const [line = ""] = (await host.read()).split("\n");
  const token = line.trim();
  if (token === "") {
    throw misuse("There is no token on the first line of stdin");
  }
  return token;
}

/** The address of something below the endpoint. */
export function below({ url }: Remote, path: string): string {
  return url.href.replace(/\/$/, "") + path;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === null || !isWeb) {
    throw misuse(
      "The endpoint must be an http or https URL",
      `It begins so, as ${URL_DEFAULT} does.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw misuse(
      "The URL of the endpoint may hold no credentials",
      "Set WORKITEM_TOKEN, or give a token on stdin with --token-stdin.",
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw misuse("The URL of the endpoint may have no query and no fragment");
  }
  return url;
}
