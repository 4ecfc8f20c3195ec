export interface ReceivedBody {
  /** Its first bytes as text. */
  readonly text: string;
  /** Its whole length. */
  readonly bytes: number;
}

/** Reads a body to its end and keeps no more than `maxKeptBytes` of it. */
export async function readBody(
  { body }: Pick<Request, "body">,
  maxKeptBytes: number,
): Promise<ReceivedBody> {
  if (body === null) return { text: "", bytes: 0 };
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    // stream: a character may lie across two chunks, or across the end of what is kept.
    if (bytes < maxKeptBytes) {
      text += decoder.decode(chunk.subarray(0, maxKeptBytes - bytes), { stream: true });
    }
    bytes += chunk.length;
  }
  if (bytes <= maxKeptBytes) text += decoder.decode();
  return { text, bytes };
}
