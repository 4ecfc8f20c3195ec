import type { Selection } from "./selection.ts";

export interface FormValue {
  readonly name: string;
  readonly value: string | readonly string[] | undefined;
}

/** What a form would send for its first node; undefined for what no form sends. */
export function formValue(selection: Selection): FormValue["value"] {
  const name = selection.get(0)?.nodeName();
  if (name === "input") return text(selection.attr("value", inputDefault(selection)));
  if (name === "button") return text(selection.attr("value", ""));
  if (name === "textarea") return selection.html();
  if (name === "option") return optionValue(selection);
  if (name !== "select") return undefined;
  const selected = selection.first().find("option[selected]");
  if (selection.attr("multiple") === undefined) return optionValue(selected);
  return selected.toArray().map(optionValue);
}

/** The value of an option, which is its text where it has none; also that of a button. */
export function optionValue(option: Selection): string {
  return text(option.attr("value", option.html()));
}

/** The values of a form's fields, or of those fields that are selected themselves. */
export function formValues(selection: Selection): readonly FormValue[] {
  const isForm = selection.is("form") === true;
  const fields = isForm ? selection.find(sent) : selected(selection);
  return fields
    .toArray()
    .filter(isSent)
    .map((field) => ({ name: text(field.attr("name")), value: field.val() }));
}

/** As application/x-www-form-urlencoded with sorted names, of which the last value counts. */
export function formData(values: readonly FormValue[]): string {
  const data = new Map<string, readonly string[]>();
  for (const { name, value } of values) {
    if (value !== undefined) data.set(name, typeof value === "string" ? [value] : value);
  }
  const sorted = [...data].sort(([a], [b]) => (a < b ? -1 : 1));
  const pairs = sorted.flatMap(([name, all]) =>
    all.map((value) => `${encode(name)}=${encode(value)}`),
  );
  return pairs.join("&");
}

const sent = "input,select,textarea,keygen";

function selected(selection: Selection): Selection {
  return selection.filter(sent) as Selection;
}

function isSent(field: Selection): boolean {
  const attribute = (name: string): string => text(field.attr(name, ""));
  const type = attribute("type");
  if (attribute("name") === "" || attribute("disabled") === "disabled") return false;
  if (unsentTypes.has(type)) return false;
  return attribute("checked") === "checked" || (type !== "checkbox" && type !== "radio");
}

const unsentTypes: ReadonlySet<string> = new Set(["submit", "button", "reset", "image", "file"]);

function inputDefault(input: Selection): string {
  const type = input.attr("type");
  return type === "radio" || type === "checkbox" ? "on" : "";
}

function text(value: unknown): string {
  return String(value ?? "");
}

/** Go's QueryEscape: letters, digits and -_.~ stay, a space is "+". */
function encode(value: string): string {
  const escaped = encodeURIComponent(value.toWellFormed());
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16)}`;
  return escaped.replace(/[!'()*]/g, (one) => hex(one).toUpperCase()).replaceAll("%20", "+");
}
