/** Breakwater's version: the same in every package.json. */
export const version = "0.1.0";

/** What requests say of who made them, unless the script says otherwise. */
export const userAgent: string = `breakwater/${version}`;
