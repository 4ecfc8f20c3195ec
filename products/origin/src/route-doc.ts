/** What a person is told of a route: /help is made of these. */
export interface RouteDoc {
  /** As in the routes: "/bin/:size". */
  readonly path: string;
  /** A sentence or two, without markup. */
  readonly summary: string;
  /** Of the path and of the query. */
  readonly params?: readonly ParamDoc[];
  /** Paths that can be asked for by GET. */
  readonly examples: readonly string[];
}

export interface ParamDoc {
  readonly name: string;
  /** What it means, its limits and what it is when left out. */
  readonly meaning: string;
}
