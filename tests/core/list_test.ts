/** The list that holds what is owed: against an array, at random. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Linked, List } from "../../src/core/list.ts";
import { drawer, freshSeed } from "./support/hostile_random.ts";

class Node implements Linked<Node> {
  next: Node | undefined = undefined;
  previous: Node | undefined = undefined;
  list: List<Node> | undefined = undefined;
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }
}

function nodes(count: number): Node[] {
  return Array.from({ length: count }, (_, name) => new Node(name));
}

/** The names in the list, forwards, with all its links looked at. */
function names(list: List<Node>): number[] {
  const found: number[] = [];
  let previous: Node | undefined;
  for (let node = list.first; node !== undefined; node = node.next) {
    assertStrictEquals(node.previous, previous);
    assertStrictEquals(node.list, list);
    found.push(node.name);
    previous = node;
  }
  assertEquals(list.size, found.length);
  return found;
}

function assertOut(node: Node | undefined): void {
  assertEquals([node?.next, node?.previous, node?.list], [
    undefined,
    undefined,
    undefined,
  ]);
}

Deno.test("List.shift() returns what was pushed first", () => {
  const list = new List<Node>();
  const [a, b, c] = nodes(3) as [Node, Node, Node];
  for (const node of [a, b, c]) list.push(node);

  assertEquals(names(list), [0, 1, 2]);
  for (const node of [a, b, c]) {
    assertStrictEquals(list.shift(), node);
    assertOut(node);
  }
  assertStrictEquals(list.shift(), undefined);
  assertEquals(list.size, 0);
});

Deno.test("List.unshift() puts first", () => {
  const list = new List<Node>();
  for (const node of nodes(3)) list.unshift(node);

  assertEquals(names(list), [2, 1, 0]);
});

Deno.test("List.remove() takes from the front, the middle and the end", () => {
  for (const index of [0, 1, 2]) {
    const list = new List<Node>();
    const all = nodes(3);
    for (const node of all) list.push(node);

    const removed = all[index] ?? new Node(-1);
    list.remove(removed);

    assertOut(removed);
    assertEquals(names(list), [0, 1, 2].filter((name) => name !== index));
    list.push(removed);
    assertEquals(names(list).at(-1), index);
  }
});

Deno.test("List.remove() of the only element leaves an empty list", () => {
  const list = new List<Node>();
  const [only] = nodes(1) as [Node];
  list.push(only);
  list.remove(only);

  assertEquals(names(list), []);
  assertStrictEquals(list.shift(), undefined);
  list.unshift(only);
  assertEquals(names(list), [0]);
});

Deno.test("an element may go from one list to another", () => {
  const [a, b] = [new List<Node>(), new List<Node>()];
  const all = nodes(10);
  for (const node of all) a.push(node);
  for (let node = a.shift(); node !== undefined; node = a.shift()) {
    b.unshift(node);
  }

  assertEquals(names(a), []);
  assertEquals(names(b), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

Deno.test("List behaves as an array does, whatever is done", () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const list = new List<Node>();
  const model: Node[] = [];
  const free = nodes(12);
  const steps: string[] = [];
  for (let step = 0; step < 20_000; step++) {
    const act = draw(4);
    if (act < 2) {
      const node = free.splice(draw(free.length || 1), 1)[0];
      if (node === undefined) continue;
      steps.push(`${act === 0 ? "push" : "unshift"} ${node.name}`);
      if (act === 0) list.push(node);
      else list.unshift(node);
      if (act === 0) model.push(node);
      else model.unshift(node);
    } else if (act === 2) {
      steps.push("shift");
      const node = list.shift();
      assertStrictEquals(node, model.shift(), `seed ${seed}`);
      if (node !== undefined) free.push(node);
    } else {
      const node = model[draw(model.length || 1)];
      if (node === undefined) continue;
      steps.push(`remove ${node.name}`);
      list.remove(node);
      model.splice(model.indexOf(node), 1);
      assertOut(node);
      free.push(node);
    }
    const expected = model.map(({ name }) => name);
    const trace = `seed ${seed}: ${steps.slice(-20).join(", ")}`;
    assertEquals(names(list), expected, trace);
  }
});
