// What jslib's k6-testing can expect of a value at once: whether it is so, and both sides in words.

export const matchers = {
  toBe: (value, wanted) => compared(value, wanted, Object.is(value, wanted)),
  toBeCloseTo: (value, wanted, digits = 2) => {
    const isClose = value === wanted || Math.abs(value - wanted) < 10 ** -digits / 2;
    return compared(value, wanted, isClose);
  },
  toBeDefined: (value) => is(value, value !== undefined),
  toBeFalsy: (value) => is(value, !value),
  toBeGreaterThan: (value, limit) => compared(value, limit, value > limit),
  toBeGreaterThanOrEqual: (value, limit) => compared(value, limit, value >= limit),
  toBeInstanceOf: (value, type) => ({
    isMatch: value instanceof type,
    expected: type.name,
    received: value?.constructor?.name ?? shown(value),
  }),
  toBeLessThan: (value, limit) => compared(value, limit, value < limit),
  toBeLessThanOrEqual: (value, limit) => compared(value, limit, value <= limit),
  toBeNaN: (value) => is(value, Number.isNaN(value)),
  toBeNull: (value) => is(value, value === null),
  toBeTruthy: (value) => is(value, Boolean(value)),
  toBeUndefined: (value) => is(value, value === undefined),
  toContain: (value, wanted) => {
    const items = typeof value === "string" ? value : [...(value ?? [])];
    return compared(value, wanted, items.includes(wanted));
  },
  toContainEqual: (value, wanted) => {
    const items = [...(value ?? [])];
    return compared(
      value,
      wanted,
      items.some((item) => isEqual(item, wanted)),
    );
  },
  toEqual: (value, wanted) => compared(value, wanted, isEqual(value, wanted)),
  toHaveLength: (value, length) => compared(value?.length, length, value?.length === length),
  toHaveProperty: (value, path, ...wanted) => {
    const keys = path.match(/[^.[\]]+/g) ?? [];
    const owner = keys.slice(0, -1).reduce((object, key) => object?.[key], value);
    const key = keys.at(-1);
    const has = owner !== null && owner !== undefined && key in Object(owner);
    const isMatch = has && (wanted.length === 0 || isEqual(owner[key], wanted[0]));
    return {
      isMatch,
      expected: shown(wanted.length === 0 ? path : wanted[0]),
      received: shown(value),
    };
  },
};

function compared(value, wanted, isMatch) {
  return { isMatch, expected: shown(wanted), received: shown(value) };
}

function is(value, isMatch) {
  return { isMatch, received: shown(value) };
}

function shown(value) {
  if (typeof value === "function") return value.name;
  if (value instanceof RegExp || typeof value !== "object") return String(value);
  return JSON.stringify(value);
}

/** The same in all their parts, of whatever kind they are. */
export function isEqual(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return one.getTime() === other.getTime();
  if (one instanceof RegExp) return String(one) === String(other);
  if (one instanceof Map || one instanceof Set) return isEqual([...one], [...other]);
  if (one instanceof ArrayBuffer) return isEqual(new Uint8Array(one), new Uint8Array(other));
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]));
}
