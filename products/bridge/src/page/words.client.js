// What the page uses to tell things.

export const find = (id) => document.getElementById(id);

export function sizeOf(bytes) {
  const units = ["bytes", "kB", "MB", "GB"];
  let unit = 0;
  let size = bytes;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${bytes === 1 ? "byte" : units[unit]}`;
}

/** "12 s", "3 min", "5 h", "2 d". */
export function ageOf(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

export const clockOf = (time) => new Date(time).toLocaleTimeString([], { hour12: false });

/** A payload in one line. */
export function lineOf(payload) {
  const text = typeof payload?.text === "string" ? payload.text : JSON.stringify(payload);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** As many rows as items, each a copy of a template; only texts are set, so nothing is markup. */
export function fillRows(body, template, items, cellsOf) {
  while (body.rows.length > items.length) body.deleteRow(-1);
  while (body.rows.length < items.length) body.append(template.content.cloneNode(true));
  for (const [index, item] of items.entries()) {
    const row = body.rows[index];
    for (const [column, text] of cellsOf(item).entries()) {
      const cell = row.cells[column];
      const place = cell.querySelector("time") ?? cell;
      if (place.textContent !== text) {
        place.textContent = text;
        cell.title = text;
      }
    }
  }
}
