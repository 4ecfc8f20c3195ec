// What all of the page uses to tell things.

export const find = (id) => document.getElementById(id);

/** For who hears the page. */
export function say(text) {
  find("status").textContent = text;
}

export function sizeOf(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = bytes;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1000;
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${bytes === 1 ? "byte" : units[unit]}`;
}
