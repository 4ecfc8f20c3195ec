/** Of what whoever runs the bridge gave out, in UTF-16 units. */
const MAX_SECRET_LENGTH = 4096;

export const secretRule: string = `at most ${MAX_SECRET_LENGTH} characters`;

/** A token that the server compares. Never repeated in a message. */
export function isSecret(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_SECRET_LENGTH;
}
