import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The absolute path of our equivalent of a library of https://jslib.k6.io; undefined for any other
 * URL, and for versions that we do not know. It is a module like the user's own, to be bundled.
 */
export function findJslib(url: string): string | undefined {
  const { name, version, file } = libraryUrl.exec(url)?.groups ?? {};
  const library = libraries.get(name ?? "");
  if (library === undefined || !library.versions.split(" ").includes(version ?? "")) {
    return undefined;
  }
  const files = library.files ?? "index.js";
  return files.split(" ").includes(file ?? "") ? join(folder, library.module) : undefined;
}

interface Library {
  /** In our folder. */
  readonly module: string;
  readonly versions: string;
  /** "index.js" where it is not given. */
  readonly files?: string;
}

const libraryUrl: RegExp =
  /^https:\/\/jslib\.k6\.io\/(?<name>[\w-]+)\/v?(?<version>[\d.]+)\/(?<file>[\w.-]+)(?:[?#].*)?$/;

/** Beside `src` here, and beside `dist` in the npm package. */
const folder: string = [
  join(import.meta.dir, "../jslib"),
  join(import.meta.dir, "../../jslib"),
].find((path) => existsSync(join(path, "k6-toolbox.js")))!;

/** What is published (https://github.com/grafana/jslib.k6.io, supported.json). */
const libraries: ReadonlyMap<string, Library> = new Map(
  Object.entries<Library>({
    ajv: { module: "ajv.js", versions: "6.12.5" },
    // Its methods give promises only since then.
    aws: {
      module: "aws.js",
      versions: "0.11.0 0.12.0 0.12.1 0.12.2 0.12.3 0.13.0 0.14.0",
      files:
        "index.js aws.js s3.js secrets-manager.js ssm.js kms.js sqs.js kinesis.js lambda.js " +
        "event-bridge.js signature.js",
    },
    expect: { module: "expect.js", versions: "0.0.4 0.0.5" },
    "form-urlencoded": { module: "form-urlencoded.js", versions: "3.0.0" },
    formdata: { module: "formdata.js", versions: "0.0.1 0.0.2" },
    functional: { module: "expect.js", versions: "0.0.1 0.0.2 0.0.3" },
    "http-instrumentation-pyroscope": {
      module: "http-instrumentation-pyroscope.js",
      versions: "1.0.0 1.0.1 1.0.2",
    },
    "http-instrumentation-tempo": {
      module: "http-instrumentation-tempo.js",
      versions: "1.0.0 1.0.1",
    },
    httpx: { module: "httpx.js", versions: "0.0.1 0.0.2 0.0.3 0.0.4 0.0.5 0.0.6 0.1.0" },
    jsonpath: { module: "jsonpath.js", versions: "1.0.2" },
    "k6-rails": { module: "k6-rails.js", versions: "0.1.0" },
    "k6-summary": { module: "k6-summary.js", versions: "0.0.1 0.0.2 0.0.3 0.0.4 0.1.0" },
    "k6-testing": {
      module: "k6-testing.js",
      versions: "0.1.0 0.2.0 0.3.0 0.4.0 0.5.0 0.6.0 0.6.1",
    },
    "k6-utils": { module: "k6-toolbox.js", versions: "1.0.0 1.1.0 1.2.0 1.3.0 1.4.0 1.5.0 1.6.0" },
    k6chaijs: {
      module: "k6chaijs.js",
      versions: "4.3.4.0 4.3.4.1 4.3.4.2 4.3.4.3 4.5.0.0 4.5.0.1",
    },
    "k6chaijs-contracts": { module: "k6chaijs-contracts.js", versions: "4.3.4.0 4.3.4.1" },
    kahwah: { module: "kahwah.js", versions: "0.1.6" },
    papaparse: { module: "papaparse.js", versions: "5.1.1" },
    totp: { module: "totp.js", versions: "1.0.0" },
    url: { module: "url.js", versions: "1.0.0" },
  }),
);
