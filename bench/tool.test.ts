import { expect, test } from "bun:test";
import { findTool, readVersion, type ToolName, versionOf } from "./tool.ts";

test.each<[ToolName, string, string]>([
  ["wrk", "wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer\nUsage: wrk", "4.1.0-3+b2"],
  ["k6", "k6 v1.8.1 (go1.26.8, linux/amd64)", "1.8.1"],
  ["autocannon", "autocannon v9.0.0\nnode v20.20.2", "9.0.0"],
  ["oha", "oha 1.16.0", "1.16.0"],
  [
    "hey",
    "/bin/hey: go1.26.8\n\tpath\tgithub.com/rakyll/hey\n\tmod\tgithub.com/rakyll/hey\tv0.1.5\th1:oc3",
    "0.1.5",
  ],
  ["ab", "This is ApacheBench, Version 2.3 <$Revision$>\nCopyright 1996 Adam Twiss", "2.3"],
  ["nginx", "\nnginx version: nginx/1.22.1\n", "1.22.1"],
  ["openssl", "OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)", "3.0.19"],
  ["bw", "a884eed-dirty\n", "a884eed-dirty"],
  ["vegeta", "Segmentation fault", "unknown version"],
])("the version of %s", (name, output, want) => {
  expect(readVersion(name, output)).toBe(want);
});

test("a tool that cannot be started has no version", () => {
  expect(versionOf("k6", "/nowhere/k6")).toBe("unknown version");
});

test("bw is the engine itself, without the launcher's process", () => {
  const command = findTool("bw", import.meta.path) ?? [];
  const bun = [process.execPath, "--no-env-file", "--no-install", import.meta.path];
  expect(command).toEqual(bun);
  expect(findTool("bw", "/nowhere/main.ts")).toBeUndefined();
});
