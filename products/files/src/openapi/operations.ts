import type { Schema } from "./schemas.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "query" | "header" | "path";
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Content {
  readonly [type: string]: { readonly schema: Schema };
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly schema: Schema }>>;
  readonly content?: Content;
}

export interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
  /** Of those who need no key. */
  readonly security?: readonly [];
}

/** By path, then by method in lower case. */
export type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

export const json = (schema: Schema): Content => ({ "application/json": { schema } });

export const answer = (description: string, schema: Schema): Response => ({
  description,
  content: json(schema),
});

/** What may go wrong, by the answer's status. */
export const failures = (...statuses: readonly number[]): Operation["responses"] =>
  Object.fromEntries(
    [...statuses, "default"].map((status) => [
      String(status),
      { $ref: "#/components/responses/Failure" },
    ]),
  );

export const query = (
  name: string,
  description: string,
  more: Partial<Parameter> = {},
): Parameter => {
  return { name, in: "query", description, schema: { type: "string" }, ...more };
};

export const header = (
  name: string,
  description: string,
  more: Partial<Parameter> = {},
): Parameter => ({ name, in: "header", description, schema: { type: "string" }, ...more });

/** Shared by both forms of upload. */
export const onlyNew: Parameter = header("If-None-Match", "Refuses to overwrite: 412", {
  schema: { const: "*" },
});
