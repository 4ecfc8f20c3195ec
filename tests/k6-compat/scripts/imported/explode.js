// An error in a file that is imported.

export function explode() {
  throw new Error("exploded");
}
