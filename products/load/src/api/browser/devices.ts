import { createRequire } from "node:module";

type Devices = typeof import("playwright-core").devices;

/** Playwright's list, which k6's is of. Read when a script asks: it is large. */
export const devices: Devices = new Proxy({} as Devices, {
  get: (_empty, name) => Reflect.get(load(), name),
  has: (_empty, name) => Reflect.has(load(), name),
  ownKeys: () => Reflect.ownKeys(load()),
  getOwnPropertyDescriptor: (_empty, name) => {
    const value: unknown = Reflect.get(load(), name);
    return value === undefined ? undefined : { value, enumerable: true, configurable: true };
  },
});

function load(): Devices {
  return (createRequire(import.meta.url)("playwright-core") as typeof import("playwright-core"))
    .devices;
}
