/**
 * The lines of a stream of bytes, read no faster than they are taken. A longer one than may be is
 * given in pieces.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array | string>,
  maxCharacters: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
    for (; rest.length > maxCharacters; rest = rest.slice(maxCharacters)) {
      yield rest.slice(0, maxCharacters);
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
