/**
 * What a command is.
 *
 * @module
 */
import type { Client } from "../client/mod.ts";
import type { Flags, Given } from "./flags.ts";
import type { Host } from "./host.ts";
import type { Paper } from "./paper.ts";
import type { Remote } from "./remote.ts";

/** One use of a command. */
export interface Call {
  readonly given: Given;
  readonly host: Host;
  readonly paper: Paper;
}

/** One use of a command that asks an endpoint. */
export interface RemoteCall extends Call {
  readonly remote: Remote;
  readonly client: Client;
}

interface Described {
  /** What it is called. */
  readonly name: string;
  /** What follows its name, as `<kind>/<key>`. */
  readonly words: string;
  /** What it does, in a line. */
  readonly help: string;
  /** Lines that begin with its name. */
  readonly examples: readonly string[];
  readonly flags: Flags;
  /** How many words it takes, at least and at most. */
  readonly count: readonly [min: number, max: number];
}

/** A command that needs no endpoint. */
export interface LocalCommand extends Described {
  readonly isLocal: true;
  /** Resolves with the exit code. */
  run(call: Call): Promise<number>;
}

/** A command that asks an endpoint. */
export interface RemoteCommand extends Described {
  readonly isLocal: false;
  /** Resolves with the exit code. */
  run(call: RemoteCall): Promise<number>;
}

/** A command that there is. */
export type Command = LocalCommand | RemoteCommand;
