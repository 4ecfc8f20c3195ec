/** All `data-…` of an element by their names in scripts: `data-user-name` is userName. */
export function dataOf(attributes: Readonly<Record<string, string>>): Record<string, unknown> {
  const data = Object.entries(attributes).filter(([key]) => /^data-./s.test(key));
  return Object.fromEntries(data.map(([key, value]) => [toName(key.slice(5)), convert(value)]));
}

/** One of them, named as in scripts or as in HTML. */
export function dataValue(attributes: Readonly<Record<string, string>>, name: string): unknown {
  const value = attributes[`data-${toAttribute(name)}`];
  return value === undefined ? undefined : convert(value);
}

function convert(value: string): unknown {
  if (/^[{[]/.test(value)) return tryJson(value);
  if (value in words) return words[value];
  const number = Number(value);
  // Only what a number would be written as: "007" and "1.50" are texts.
  return Number.isFinite(number) && String(number) === value ? number : value;
}

const words: Readonly<Record<string, unknown>> = Object.assign(Object.create(null), {
  "": undefined,
  null: undefined,
  undefined: undefined,
  true: true,
  false: false,
});

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As Go names things: `data-user-id` is userID, `data-api-url` apiURL. */
function toName(key: string): string {
  const [first, ...words] = key.split("-");
  return [first, ...words.map(capitalize)].join("");
}

function capitalize(word: string): string {
  const upper = word.toUpperCase();
  return initialisms.has(upper) ? upper : word.slice(0, 1).toUpperCase() + word.slice(1);
}

function toAttribute(name: string): string {
  const words = name.match(wordPattern) ?? [];
  return words.map((word) => word.toLowerCase().replaceAll("_", "-")).join("-");
}

/** Words that golint wants in capitals. */
const initialisms: ReadonlySet<string> = new Set(
  (
    "ACL API ASCII CPU CSS DNS EOF ETA GPU GUID HTML HTTP HTTPS ID IP JSON LHS OS QPS RAM RHS " +
    "RPC SLA SMTP SQL SSH TCP TLS TTL UDP UI UID UUID URI URL UTF8 VM XML XMPP XSRF XSS"
  ).split(" "),
);

/** The longest first, and not where a word in small letters begins: "IDs" is "I", "Ds". */
const wordPattern: RegExp = new RegExp(
  `^[^A-Z]+|(?:${[...initialisms].sort((a, b) => b.length - a.length).join("|")})(?![a-z])|[A-Z][^A-Z]*`,
  "g",
);
