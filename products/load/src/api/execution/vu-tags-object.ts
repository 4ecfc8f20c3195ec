import type { VuTags } from "../../measure/sample-tags.ts";

type Text = Readonly<Record<string, string>>;

/**
 * `exec.vu.tags` and `exec.vu.metrics.tags`: all that the VU's samples carry, its scenario and
 * group among them. What is set stays for its next iterations, until it is in another scenario.
 */
export function tagsObject(tags: VuTags): Record<string, string> {
  return liveObject({
    what: "tag",
    // k6 keeps these two with the metadata.
    read: () => without(without(tags.all(), "vu"), "iter"),
    set: (name, value) => {
      if (name === "scenario" || name === "group") tags[name] = value;
      else tags.base = { ...tags.base, [name]: value };
    },
    delete: (name) => {
      if (name === "scenario" || name === "group") tags[name] = "";
      else tags.base = without(tags.base, name);
    },
  });
}

/** `exec.vu.metrics.metadata`: as tags, but nothing is counted apart by it. */
export function metadataObject(tags: VuTags): Record<string, string> {
  return liveObject({
    what: "metadata",
    read: () => tags.metadata,
    set: (name, value) => {
      tags.metadata = { ...tags.metadata, [name]: value };
    },
    delete: (name) => {
      tags.metadata = without(tags.metadata, name);
    },
  });
}

interface Store {
  readonly what: string;
  read(): Text;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** An object whose fields are the store's. */
function liveObject(store: Store): Record<string, string> {
  const tryGet = (key: string | symbol): string | undefined => {
    const all = store.read();
    return typeof key === "string" && Object.hasOwn(all, key) ? all[key] : undefined;
  };
  return new Proxy<Record<string, string>>(
    {},
    {
      get: (target, key) => tryGet(key) ?? Reflect.get(target, key),
      has: (target, key) => tryGet(key) !== undefined || Reflect.has(target, key),
      ownKeys: () => Object.keys(store.read()),
      getOwnPropertyDescriptor: (_target, key) => {
        const value = tryGet(key);
        if (value === undefined) return undefined;
        return { value, writable: true, enumerable: true, configurable: true };
      },
      set: (_target, key, value: unknown) => {
        store.set(String(key), asText(store.what, String(key), value));
        return true;
      },
      defineProperty: (_target, key, { value }) => {
        store.set(String(key), asText(store.what, String(key), value));
        return true;
      },
      deleteProperty: (_target, key) => {
        store.delete(String(key));
        return true;
      },
    },
  );
}

function asText(what: string, name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  throw new TypeError(`Cannot set the ${what} "${name}": give text, a number or a boolean`);
}

function without(fields: Text, name: string): Text {
  const { [name]: _, ...others } = fields;
  return others;
}
