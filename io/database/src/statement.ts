import { DatabaseError } from "./database-error.ts";

/** What both databases know. Dates go as text or as a number: SQLite has no type for them. */
export type Value = string | number | bigint | boolean | Uint8Array | null;

/** One statement, in the words of its database. */
export interface Statement {
  readonly text: string;
  readonly params: readonly Value[];
}

/** Text, names and comments, which are skipped, then what counts: `??`, `?` and `;`. */
const tokens =
  /\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|\?\?|\?|;/g;
const blank = /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*$/;

/**
 * Checks that it is one statement with as many `?` as there are parameters (bun:sqlite would run
 * the first of two and say nothing), and numbers them for PostgreSQL, where `??` is its operator
 * `?`. Throws DatabaseError ("bad_query").
 */
export function toStatement(
  text: string,
  params: readonly Value[],
  { placeholders }: { readonly placeholders: "numbered" | "plain" },
): Statement {
  let count = 0;
  let endsAt: number | undefined;
  const numbered = text.replace(tokens, (token, _tag: string | undefined, at: number) => {
    if (token === ";") endsAt ??= at;
    if (token === "??" && placeholders === "numbered") return "?";
    if (token !== "?") return token;
    count += 1;
    return placeholders === "numbered" ? `$${count}` : token;
  });
  if (blank.test(text)) throw badQuery(text, "it is empty");
  if (endsAt !== undefined && !blank.test(text.slice(endsAt))) {
    throw badQuery(text, "it takes one statement at a time");
  }
  if (count !== params.length) {
    throw badQuery(text, `it has ${count} placeholders, and ${params.length} parameters came`);
  }
  const missing = params.indexOf(undefined as unknown as Value);
  if (missing !== -1) throw badQuery(text, `parameter ${missing + 1} is undefined: null is NULL`);
  return { text: numbered, params };
}

function badQuery(text: string, why: string): DatabaseError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new DatabaseError("bad_query", `Cannot run ${JSON.stringify(shown)}: ${why}`);
}
