/**
 * All commands, in the order in which `help` shows them.
 *
 * @module
 */
import type { Command } from "./command.ts";
import {
  CANCEL,
  DELETE,
  PAUSE,
  RESET,
  RESUME,
  SUSPEND,
  UNPAUSE,
} from "./control.ts";
import { DOCTOR } from "./doctor.ts";
import { ENQUEUE } from "./enqueue.ts";
import { LS, SHOW } from "./items.ts";
import { DEAD, DISCARD, REDRIVE } from "./letters.ts";
import { OPENAPI } from "./openapi.ts";
import { SERVE } from "./serve_command.ts";
import { STATS } from "./stats.ts";
import { TAIL } from "./tail.ts";

/** The commands that there are. */
export const COMMANDS: readonly Command[] = [
  SERVE,
  ENQUEUE,
  LS,
  SHOW,
  CANCEL,
  SUSPEND,
  RESUME,
  RESET,
  DELETE,
  DEAD,
  REDRIVE,
  DISCARD,
  PAUSE,
  UNPAUSE,
  TAIL,
  STATS,
  DOCTOR,
  OPENAPI,
];
