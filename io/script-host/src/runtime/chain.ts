/** `value?.…`, where what follows waits. */
export async function chain(
  value: unknown,
  follow: (value: unknown) => Promise<unknown>,
): Promise<unknown> {
  return value === null || value === undefined ? undefined : await follow(value);
}

/** `object.key?.(…)`: calls the method as one of the object. */
export async function chainMethod(
  object: unknown,
  key: PropertyKey,
  follow: (method: unknown) => Promise<unknown>,
): Promise<unknown> {
  const method = (object as Readonly<Record<PropertyKey, unknown>>)[key];
  if (method === null || method === undefined) return undefined;
  if (typeof method !== "function") return await follow(method);
  return await follow((...args: unknown[]): unknown => Reflect.apply(method, object, args));
}
