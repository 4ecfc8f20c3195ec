/** A line of JSON as people read it in a terminal: the time of day, the level, what happened. */
export function toTextLine(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const { method, path, status, ms, bytes, ...more } = fields;
  const isAnswer = typeof method === "string" && typeof status === "number";
  const what = isAnswer ? [method, path, status, `${ms} ms`, `${bytes} B`].join(" ") : msg;
  const rest = Object.entries(isAnswer ? more : fields).map(
    ([name, value]) => ` ${name}=${shown(value)}`,
  );
  const at = new Date(Number(time)).toISOString().slice(11, 23);
  return `${at} ${String(level).toUpperCase().padEnd(5)} ${what}${rest.join("")}${stackOf(err)}\n`;
}

function shown(value: unknown): string {
  return typeof value === "string" && /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  return `\n${String(stack ?? message)}`;
}
