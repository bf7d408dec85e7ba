/** The house lint plugin: the rules of DESIGN §4 and §6 and of STYLE that a
 * machine can check. All of them look at published source only: `mod.ts` and
 * `src/`. Each is shown to fire, and to keep silent, in house_test.ts. */
import { breach, CLOCK_FILE, DENO_FILES, pathOf, sourceOf } from "./rooms.ts";

const FUNCTION_LINES_MAX = 40;
const TIMERS = new Set([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "MessageChannel",
  "performance",
]);
const TIMED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Date: ["now"],
  Math: ["random"],
  AbortSignal: ["timeout"],
  crypto: ["randomUUID", "getRandomValues"],
};
const GLOBALS = new Set(["globalThis", "self", "window", "global"]);
const RESERVED_WORDS = /^(?:job|task|lock|worker)s?$/;

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;
type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

/** Is it shipped? Rules of the house bind nothing else. */
function isPublished(file: string): boolean {
  return sourceOf(file) !== undefined || pathOf(file) === "mod.ts";
}

function rule(visit: (context: Context) => Visitor): Deno.lint.Rule {
  return {
    create: (context) => isPublished(context.filename) ? visit(context) : {},
  };
}

/** The text of a string literal or of a template without holes. */
function literalOf(
  node: Deno.lint.Node | null | undefined,
): string | undefined {
  if (node?.type === "TSLiteralType") return literalOf(node.literal);
  if (node?.type === "Literal" && typeof node.value === "string") {
    return node.value;
  }
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) {
    return node.quasis[0]?.cooked;
  }
  return undefined;
}

/** Calls `found` for every way to name another module, types included. A
 * specifier is `undefined` where it is computed. */
export function onImport(
  found: (node: Deno.lint.Node, specifier: string | undefined) => void,
): Visitor {
  return {
    ImportDeclaration: (node) => found(node, literalOf(node.source)),
    ExportAllDeclaration: (node) => found(node, literalOf(node.source)),
    ExportNamedDeclaration: (node) => {
      if (node.source) found(node, literalOf(node.source as Deno.lint.Node));
    },
    ImportExpression: (node) => found(node, literalOf(node.source)),
    TSImportType: (node) => found(node, literalOf(node.argument)),
    TSExternalModuleReference: (node) => {
      found(node, literalOf(node.expression));
    },
  };
}

function rooms(context: Context): Visitor {
  return onImport((node, specifier) => {
    const message = specifier === undefined
      ? "An import() must name its module by a literal"
      : breach(context.filename, specifier);
    if (message !== undefined) context.report({ node, message });
  });
}

function spans(outer: Deno.lint.Node, inner: Deno.lint.Node): boolean {
  return outer.range[0] === inner.range[0] && outer.range[1] === inner.range[1];
}

/** Does this identifier stand for a variable, or for a property of the global
 * object, rather than for a property of something else? */
function isReference(node: Deno.lint.Identifier): boolean {
  const parent = node.parent as Deno.lint.Node;
  if (parent.type === "MemberExpression") {
    if (parent.computed || !spans(parent.property, node)) return true;
    return isGlobalObject(parent.object);
  }
  if (parent.type === "TSQualifiedName") return spans(parent.left, node);
  const { key, shorthand } = parent as Partial<Deno.lint.Property>;
  return key === undefined || !spans(key, node) || shorthand === true;
}

function isGlobalObject(node: Deno.lint.Node): boolean {
  return node.type === "Identifier" && GLOBALS.has(node.name);
}

/** Calls `found` for each use of a global, `globalThis["name"]` included. */
function onGlobal(
  found: (node: Deno.lint.Node, name: string) => void,
): Visitor {
  return {
    Identifier: (node) => {
      if (isReference(node)) found(node, node.name);
    },
    MemberExpression: (node) => {
      const name = node.computed ? literalOf(node.property) : undefined;
      if (name !== undefined && isGlobalObject(node.object)) found(node, name);
    },
  };
}

function denoGlobal(context: Context): Visitor {
  const source = sourceOf(context.filename) ?? "";
  if (DENO_FILES.some((allowed) => source.startsWith(allowed))) return {};
  return onGlobal((node, name) => {
    if (name !== "Deno") return;
    const message = `Only ${DENO_FILES.join(" and ")} may use Deno`;
    context.report({ node, message });
  });
}

function memberOf(node: Deno.lint.MemberExpression): string | undefined {
  if (node.computed) return literalOf(node.property);
  return node.property.type === "Identifier" ? node.property.name : undefined;
}

function injectedTime(context: Context): Visitor {
  if (sourceOf(context.filename) === CLOCK_FILE) return {};
  const report = (node: Deno.lint.Node, what: string): void => {
    const message = `${what} belongs to ${CLOCK_FILE}: take it from a Clock`;
    context.report({ node, message });
  };
  const globals = onGlobal((node, name) => {
    if (TIMERS.has(name)) report(node, name);
  });
  return {
    ...globals,
    MemberExpression: (node) => {
      globals.MemberExpression?.(node);
      if (node.object.type !== "Identifier") return;
      const { name } = node.object;
      const member = memberOf(node) ?? "";
      if (!Object.hasOwn(TIMED_MEMBERS, name)) return;
      if (TIMED_MEMBERS[name]?.includes(member)) {
        report(node, `${name}.${member}`);
      }
    },
    VariableDeclarator: (node) => {
      const { id, init } = node;
      if (id.type !== "ObjectPattern" || init?.type !== "Identifier") return;
      if (Object.hasOwn(TIMED_MEMBERS, init.name)) report(node, init.name);
    },
    NewExpression: (node) => {
      const isDate = node.callee.type === "Identifier" &&
        node.callee.name === "Date";
      if (isDate && node.arguments.length === 0) report(node, "new Date()");
    },
  };
}

function byName(context: Context): Visitor {
  const report = (node: Deno.lint.Node): void => {
    context.report({ node, message: "Export by name" });
  };
  return {
    ExportDefaultDeclaration: report,
    ExportAllDeclaration: report,
    ExportSpecifier: (node) => {
      const { exported } = node;
      const name = exported.type === "Identifier" ? exported.name : undefined;
      if (name === "default") report(node);
    },
  };
}

function noUsing(context: Context): Visitor {
  return {
    VariableDeclaration: (node) => {
      if (!node.kind.endsWith("using")) return;
      context.report({ node, message: "Runtimes of DESIGN §6 lack `using`" });
    },
  };
}

function isArrow(node: Deno.lint.Node | null | undefined): boolean {
  if (
    node?.type === "TSAsExpression" || node?.type === "TSSatisfiesExpression"
  ) {
    return isArrow(node.expression);
  }
  return node?.type === "ArrowFunctionExpression" ||
    node?.type === "FunctionExpression";
}

function topLevelFunctions(context: Context): Visitor {
  return {
    VariableDeclarator: (node) => {
      const declaration = node.parent as Deno.lint.Node;
      const outer = "parent" in declaration ? declaration.parent : undefined;
      const isTop = outer?.type === "Program" ||
        outer?.type === "ExportNamedDeclaration";
      if (!isTop || !isArrow(node.init)) return;
      context.report({ node, message: "Top level: `function`, not an arrow" });
    },
  };
}

function shortFunctions(context: Context): Visitor {
  const check = (node: FunctionNode): void => {
    const text = context.sourceCode.text.slice(...node.range);
    const lines = text.split("\n").length;
    if (lines <= FUNCTION_LINES_MAX) return;
    const message = `Function of ${lines} lines; at most ${FUNCTION_LINES_MAX}`;
    context.report({ node, message });
  };
  return {
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  };
}

function plainSyntax(context: Context): Visitor {
  const refuse = (message: string) => (node: Deno.lint.Node): void => {
    context.report({ node, message });
  };
  const noPrivate = (node: Deno.lint.Node): void => {
    const text = context.sourceCode.getText(node); // Also parameter properties.
    if (/^private\s/.test(text)) refuse("`#name`, not `private`")(node);
  };
  return {
    TSEnumDeclaration: refuse("A union of literals, not an enum"),
    TSModuleDeclaration: refuse("Modules, not namespaces"),
    PropertyDefinition: noPrivate,
    MethodDefinition: noPrivate,
    TSParameterProperty: noPrivate,
  };
}

function glossary(context: Context): Visitor {
  const check = (node: Deno.lint.Identifier | Deno.lint.PrivateIdentifier) => {
    const word = reservedWord(node.name);
    if (word === undefined) return;
    context.report({
      node,
      message: `"${word}" means something else: DESIGN §2`,
    });
  };
  return { Identifier: check, PrivateIdentifier: check };
}

/** The word of DESIGN §2's "not used" in a name such as `nextTask`, if any. */
export function reservedWord(name: string): string | undefined {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return words.split(/[^a-z0-9]+/).find((word) => RESERVED_WORDS.test(word));
}

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "rooms": rule(rooms),
    "deno-global": rule(denoGlobal),
    "injected-time": rule(injectedTime),
    "by-name": rule(byName),
    "no-using": rule(noUsing),
    "top-level-functions": rule(topLevelFunctions),
    "short-functions": rule(shortFunctions),
    "plain-syntax": rule(plainSyntax),
    "glossary": rule(glossary),
  },
};

export default plugin;
