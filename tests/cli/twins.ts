/** Two kinds of one name, which is a mistake. */
import { kind, type KindDefinition } from "@workitem/scheduler";

/** The first one. */
export const one: KindDefinition = kind("add", { run: () => {} });

/** The other one. */
export const two: KindDefinition = kind("add", { run: () => {} });
