/** Options that cannot be used: every mistake at once, one sentence each. */
export class PlanError extends Error {
  override readonly name = "PlanError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}
