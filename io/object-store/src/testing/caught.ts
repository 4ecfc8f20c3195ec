import { ObjectStoreError } from "../object-store-error.ts";

/** The ObjectStoreError that it fails with; anything else fails the test. */
export async function caught(work: Promise<unknown>): Promise<ObjectStoreError> {
  const thrown = await work.then(
    (value) => new Error(`It did not fail but gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (thrown instanceof ObjectStoreError) return thrown;
  throw thrown;
}
