/** Masks are drawn so many at a time. */
const BATCH = 1024;

/** 32 random bits for each frame (RFC 6455 10.3: not to be guessed). */
export function maskSource(): () => number {
  const masks = new Uint32Array(BATCH);
  let next = BATCH;
  return () => {
    if (next === BATCH) {
      crypto.getRandomValues(masks);
      next = 0;
    }
    next += 1;
    return masks[next - 1]!;
  };
}
