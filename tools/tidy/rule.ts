import type { SourceFile } from "./source-file.ts";

/** One house rule: which files it is for, and where one of them breaks it. */
export interface Rule {
  /** As a sentence about the tree, which fails with the findings. */
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  readonly findings: (file: SourceFile) => Finding[];
}

export interface Finding {
  readonly line: number;
  readonly what: string;
}

/** Tests and what only they use: fakes, fault servers, fixtures. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|^tests\/|\/(testing|fixtures)\//.test(path);
}

/** Files whose author is a user, who writes k6 scripts and settings as their tools want them. */
export function isForUsers(path: string): boolean {
  return /^examples\/|\/(fixtures|scripts|k6-compat)\/|\.config\.ts$/.test(path);
}
