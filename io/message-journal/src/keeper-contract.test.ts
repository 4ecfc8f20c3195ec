import { describe, expect, test } from "bun:test";
import { testKeeper } from "@breakwater/message/testing";
import { JournalFolder } from "./testing/journal-folder.ts";

testKeeper("a journal", {
  describe,
  test,
  expect,
  isDurable: true,
  open: async ({ limits, epochMs }) => {
    const folder = new JournalFolder();
    const options = { limits, epochMs, durability: "sync" } as const;
    return {
      keeper: await folder.open(options),
      restart: () => folder.open({ ...options, file: folder.copy() }),
      close: () => folder[Symbol.asyncDispose](),
    };
  },
});
