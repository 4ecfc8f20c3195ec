import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of a test's own. */
export interface Scratch extends Disposable {
  readonly path: string;
  /** Where a file of that name lies, or is to lie. */
  at(name: string): string;
  /** Writes the file, and says where it is. */
  write(name: string, text: string | Uint8Array): string;
}

export function scratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), "bw-end-to-end-"));
  const at = (name: string): string => join(path, name);
  return {
    path,
    at,
    write: (name, text) => {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), text);
      return at(name);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
