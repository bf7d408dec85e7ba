/**
 * Who sent a request: the port that all ways of telling implement, and the
 * plainest of them, a bearer token (RFC 6750).
 *
 * @module
 */
import { checkOne, KEY } from "../core/options.ts";
import { sameText } from "./constant_time.ts";

/** Whom a request comes from. */
export interface Principal {
  /** What limits, idempotency and authorization know it by. */
  readonly id: string;
  /** From a signed webhook: its message id. */
  readonly messageId?: string | undefined;
}

/** What a request shows of its sender. */
export interface Credentials {
  /** The headers of the request. */
  readonly headers: Headers;
  /** Only for one that reads the body: its bytes as they came. */
  readonly body: Uint8Array | undefined;
  /** Milliseconds since 1970, by the wall's clock. */
  readonly nowMs: number;
}

/** Tells whom a request comes from. */
export interface Authenticator {
  /** For `WWW-Authenticate`. */
  readonly challenge: string;
  /** Does it need the body? Then that is read before the sender is known. */
  readonly readsBody: boolean;
  /** How old, or how early, a message may be that it takes, in milliseconds, if
   * it looks at that: an endpoint has to remember messages for twice as long. */
  readonly tolerance?: number | undefined;
  /** Only for one that reads the body: may it know the sender, as far as the
   * headers tell? If not, the body is not read.
   *
   * @default It may. */
  mayKnow?(headers: Headers, nowMs: number): boolean;
  /** `undefined`, whatever the reason, is one and the same 401. */
  authenticate(
    credentials: Credentials,
  ): Principal | undefined | Promise<Principal | undefined>;
}

/** Not guessed in any time; what is shorter was meant as an example. */
const TOKEN_LENGTH_MIN = 16;
const TOKEN_LENGTH_MAX = 1_024;
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const SCHEME = /^bearer +/i;

/**
 * Senders that show a token, as `Authorization: Bearer …`.
 *
 * A record names each token's principal; a mere string is that of `"bearer"`.
 * A token has 16 to 1,024 characters: letters, digits, `-._~+/`, and `=` at its
 * end. All tokens are compared with the one that is shown, each in full, so
 * that the time taken tells nothing of any; it grows with their number.
 *
 * @example Two senders
 * ```ts
 * import { bearer } from "./auth.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const auth = bearer({ shop: "shop-5f0c1b7e9a2d", crm: "crm-88d0e1f2a3b4c5" });
 *
 * const headers = new Headers({ authorization: "Bearer shop-5f0c1b7e9a2d" });
 * const sender = await auth.authenticate({ headers, body: undefined, nowMs: 0 });
 * assertEquals(sender?.id, "shop");
 * ```
 */
export function bearer(
  tokens: string | Readonly<Record<string, string>>,
): Authenticator {
  const known = typeof tokens === "string" ? { bearer: tokens } : tokens;
  const senders = Object.entries(known).map(([id, token]) => {
    checkOne("Cannot take bearer tokens", "principal", KEY, id);
    checkToken(token);
    return { token, principal: { id } };
  });
  if (senders.length === 0) {
    throw new RangeError("Cannot take bearer tokens as there are none");
  }
  if (new Set(senders.map(({ token }) => token)).size < senders.length) {
    throw new RangeError(
      "Cannot take bearer tokens as two principals have the same one",
    );
  }
  return {
    challenge: 'Bearer realm="workitem"',
    readsBody: false,
    authenticate: ({ headers }) => find(headers, senders),
  };
}

interface Sender {
  readonly token: string;
  readonly principal: Principal;
}

function find(
  headers: Headers,
  senders: readonly Sender[],
): Principal | undefined {
  const token = shown(headers.get("authorization"));
  if (token === undefined) return undefined;
  let found: Principal | undefined;
  for (const sender of senders) { // All of them: where it ends would tell.
    if (sameText(token, sender.token)) found = sender.principal;
  }
  return found;
}

/** What comes behind the scheme. Several headers come joined by a comma, which
 * no token has. */
function shown(header: string | null): string | undefined {
  const scheme = header === null ? undefined : SCHEME.exec(header)?.[0];
  return scheme === undefined ? undefined : header?.slice(scheme.length);
}

/** Says what it must be, never what it was. */
function checkToken(token: unknown): void {
  checkOne("Cannot take bearer tokens", "token", {
    must: `${TOKEN_LENGTH_MIN} to ${TOKEN_LENGTH_MAX} characters, ` +
      'of letters, digits and "-._~+/", "=" only at the end',
    type: "string",
    fits: (value: string) =>
      value.length >= TOKEN_LENGTH_MIN && value.length <= TOKEN_LENGTH_MAX &&
      TOKEN.test(value),
  }, token);
}
