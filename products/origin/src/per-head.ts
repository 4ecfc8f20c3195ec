import type { ReceivedRequest } from "@breakwater/http-server";

/**
 * Works something out from a request's head once for all requests that share it.
 *
 * Hot path: 0.05 µs for a known head, where /bin's answer takes 3 µs to work out. What is kept dies
 * with the head, and has to be small: there may be a head for every connection. `given` must be the
 * same for the same head, as its parameters are.
 */
export function perHead<Made, Given = void>(
  make: (request: ReceivedRequest, given: Given) => Made,
): (request: ReceivedRequest, given: Given) => Made {
  const known = new WeakMap<ReceivedRequest, { readonly made: Made }>();
  return (request, given) => {
    const same = known.get(request);
    if (same !== undefined) return same.made;
    const made = make(request, given);
    known.set(request, { made });
    return made;
  };
}
