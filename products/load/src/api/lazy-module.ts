import type { VuContext } from "../vu/vu-context.ts";
import type { CreateModule } from "./module.ts";

interface Members<Owner> {
  /** The same for every VU. */
  readonly shared?: Readonly<Record<string, unknown>>;
  /** Made of what `ownerOf` gives for the VU. */
  readonly own: Readonly<Record<string, (owner: Owner) => unknown>>;
  readonly ownerOf: (vu: VuContext) => Owner;
}

/**
 * A module's object for each VU. Members that know whose they are come into being when the VU first
 * asks for them, as there may be thousands of VUs that need two of twenty. All can be replaced, as
 * scripts put wrappers of their own in place.
 */
export function lazyModule<Owner>({ shared = {}, own, ownerOf }: Members<Owner>): CreateModule {
  class Module {
    readonly #owner: Owner;

    constructor(vu: VuContext) {
      this.#owner = ownerOf(vu);
    }

    static ownerOf(module: Module): Owner {
      return module.#owner;
    }
  }
  for (const [name, value] of Object.entries(shared)) {
    Object.defineProperty(Module.prototype, name, { value, writable: true, enumerable: true });
  }
  for (const [name, make] of Object.entries(own)) {
    Object.defineProperty(Module.prototype, name, {
      enumerable: true,
      get(this: Module) {
        return keep(this, name, make(Module.ownerOf(this)));
      },
      set(this: Module, value: unknown) {
        keep(this, name, value);
      },
    });
  }
  return (vu) => new Module(vu);
}

/** As the object's own property, which is found without a call from then on. */
function keep(module: object, name: string, value: unknown): unknown {
  Object.defineProperty(module, name, { value, writable: true, enumerable: true });
  return value;
}
