/** What a scan keeps besides its work items: what each folder holds, what became of
 * each file, and two counts. It is written by the transactions that complete runs:
 * so it is there once, however often a run was begun. */
import type { StoreKeyPart, Write } from "@workitem/scheduler/durable";
import { reasonOf } from "./failure.ts";
import type { Reason, Tally } from "./left_out.ts";
import { type Entry, Ledger } from "./ledger.ts";
import { fitting, keyOf } from "./names.ts";
import { join, type Listing, split } from "./walk.ts";

/** Files that are in a folder. */
interface Page {
  readonly folder: string;
  readonly files: readonly string[];
}

/** What else is to be said of a folder, and the last page of its files. */
interface Leaf extends Page {
  readonly twins: readonly string[];
  readonly leftOut: readonly Reason[];
  readonly error: string | undefined;
}

/** Why a file is not in the manifest. */
interface Refusal {
  readonly path: string;
  readonly reason: string;
}

/** How far a scan has come: files that were met, and those looked at. */
export interface Counts {
  readonly seen: number;
  readonly done: number;
}

/** What was kept of a scan. */
export interface Kept {
  readonly ledger: Ledger;
  readonly leftOut: Tally;
}

/** A value takes 65,536 bytes, and a letter up to 2 of them. */
const PAGE_LETTERS = 25_000;

export class Shelf {
  readonly #kv: Deno.Kv;
  readonly #key: readonly StoreKeyPart[];

  constructor(kv: Deno.Kv, key: readonly StoreKeyPart[]) {
    this.#kv = kv;
    this.#key = key;
  }

  /** Files were met. */
  sawFiles(count: number): Write {
    return this.#add("seen", count);
  }

  /** What became of files. */
  filesAre(outcomes: readonly (Entry | Refusal)[]): Write[] {
    const sets = outcomes.map((value): Write => {
      const { folder, name } = split(value.path);
      const key = this.#of("file", keyOf(folder), fitting(name));
      return { type: "set", key, value };
    });
    return [...sets, this.#add("done", outcomes.length)];
  }

  /** What a folder holds. Of many names all but the last page is written at once,
   * as the transaction has no room for it. */
  async folderIs({ folder, error, ...listing }: Listing): Promise<Write[]> {
    const { files, twins, leftOut } = listing;
    const pages = pagesOf(files);
    const last = pages.pop() ?? [];
    for (const [index, files] of pages.entries()) {
      const page: Page = { folder, files };
      await this.#kv.set(this.#of("page", keyOf(folder), index), page);
    }
    const reason = error === undefined ? undefined : reasonOf(error);
    const value: Leaf = { folder, files: last, twins, leftOut, error: reason };
    const failed = twins.length + (error === undefined ? 0 : 1);
    return [
      { type: "set", key: this.#of("folder", keyOf(folder)), value },
      this.sawFiles(files.length + failed),
      this.#add("done", failed),
    ];
  }

  /** How far the scan has come. */
  async counts(): Promise<Counts> {
    const entries = await this.#kv.getMany<[Deno.KvU64, Deno.KvU64]>([
      this.#of("seen"),
      this.#of("done"),
    ]);
    const [seen = 0, done = 0] = entries.map(({ value }) => Number(value));
    return { seen: Math.max(seen, done), done }; // Files of a walk that goes on.
  }

  /** All that was kept, when nothing more is written; errors are told as well. */
  async read(onError: (path: string, reason: string) => void): Promise<Kept> {
    const ledger = new Ledger(onError);
    const leftOut: Tally = new Map();
    for await (const { folder, files } of this.#all<Page>("page")) {
      for (const name of files) ledger.seen.add(join(folder, name));
    }
    for await (const leaf of this.#all<Leaf>("folder")) {
      const { folder, files } = leaf;
      ledger.list(folder, leaf);
      for (const name of files) ledger.seen.add(join(folder, name));
      for (const reason of leaf.leftOut) {
        leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
      }
    }
    for await (const outcome of this.#all<Entry | Refusal>("file")) {
      if ("reason" in outcome) ledger.fail(outcome.path, outcome.reason);
      else ledger.record(outcome);
    }
    return { ledger, leftOut };
  }

  async *#all<Value>(sort: string): AsyncGenerator<Value> {
    const entries = this.#kv.list<Value>({ prefix: this.#of(sort) });
    for await (const { value } of entries) yield value;
  }

  #add(count: keyof Counts, value: number): Write {
    return { type: "sum", key: this.#of(count), value: BigInt(value) };
  }

  #of(...parts: StoreKeyPart[]): StoreKeyPart[] {
    return [...this.#key, ...parts];
  }
}

function pagesOf(names: readonly string[]): string[][] {
  const pages: string[][] = [];
  let room = 0;
  for (const name of names) {
    room -= name.length;
    if (room < 0) {
      pages.push([]);
      room = PAGE_LETTERS - name.length;
    }
    pages.at(-1)?.push(name);
  }
  return pages;
}
