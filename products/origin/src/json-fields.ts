import type { AnswerHead } from "@breakwater/http-server";

export const jsonFields: NonNullable<AnswerHead["fields"]> = [["content-type", "application/json"]];
