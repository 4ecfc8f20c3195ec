import type { Comment, Node, Program, Statement } from "oxc-parser";
import type { Binding, Names } from "./names.ts";
import { forEachChild, type Identifier } from "./syntax.ts";

/**
 * The statements of npm packages that use none of the host's modules: by themselves they never
 * wait. They are read only if a script hands them a function that does, since there may be ten
 * times as much of them as of the script.
 */
export function foreignCode(
  { body }: Program,
  { code, fileComments, hostParameter }: ForeignCodeOptions,
): ReadonlySet<Statement> {
  const ofHost = new Set<string>();
  for (const statement of body) {
    if (!code.slice(statement.start, statement.end).includes(`${hostParameter}.api`)) continue;
    for (const { name } of declaredNames(statement)) ofHost.add(name);
  }
  const usesHost = new RegExp(
    String.raw`(?<![\w$.])(?:${[...ofHost].map((name) => RegExp.escape(name)).join("|")})(?![\w$])`,
  );
  const found = new Set<Statement>();
  let file = "";
  let at = 0;
  for (const statement of body) {
    for (let next = fileComments[at]; next && next.end <= statement.start; at += 1) {
      file = next.value.trim();
      next = fileComments[at + 1];
    }
    if (!/(^|\/)node_modules\//.test(file)) continue;
    const text = code.slice(statement.start, statement.end);
    if (ofHost.size === 0 || !usesHost.test(text)) found.add(statement);
  }
  return found;
}

export interface ForeignCodeOptions {
  readonly code: string;
  /** Over each file the bundle says in one which it is. */
  readonly fileComments: readonly Comment[];
  readonly hostParameter: string;
}

/** What a statement declares, by the identifiers that do. */
export function declaredNames(statement: Statement): Identifier[] {
  switch (statement.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return statement.id ? [statement.id as Identifier] : [];
    case "VariableDeclaration":
      return statement.declarations.flatMap(({ id }) => identifiersIn(id));
    default:
      return [];
  }
}

/** Of a pattern also the names of properties and defaults: they do no harm, being no variables. */
function identifiersIn(pattern: Node): Identifier[] {
  if (pattern.type === "Identifier") return [pattern];
  const found: Identifier[] = [];
  forEachChild(pattern, (child) => found.push(...identifiersIn(child)));
  return found;
}

/** The variables of the top level that the statements declare. */
export function* foreignBindings(
  statements: Iterable<Statement>,
  names: Names,
): Generator<Binding> {
  for (const statement of statements) {
    for (const identifier of declaredNames(statement)) {
      const binding = names.binding(identifier);
      if (binding?.isTopLevel) yield binding;
    }
  }
}
