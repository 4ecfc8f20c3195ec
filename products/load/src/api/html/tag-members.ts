import type { Element } from "./element.ts";
import { optionValue } from "./form-values.ts";
import { hrefMembers } from "./href-members.ts";
import type { Selection } from "./selection.ts";
import { linkOf, type Member } from "./tag-attributes.ts";

/** What elements of some tags have beyond attributes, by tag. */
export function tagMembers(tag: string): Readonly<Record<string, Member>> {
  return Object.assign({}, ...(table[tag] ?? []));
}

type Members = Readonly<Record<string, Member>>;

const text: Members = { text: (element) => element.textContent() };
const relList: Members = { relList: (element) => split(attribute(element, "rel")) };
const form: Members = { form: (element) => ownerForm(element)?.get(0) };
const labels: Members = { labels: (element) => labelsOf(element) };
const tracks: Members = { textTracks: (element) => found(element, "track") };
const sectionRows: Members = { rows: (element) => found(element, "tr") };
const cell: Members = { cellIndex: (element) => indexIn(element, "tr", "th,td") };
const fieldTags = "input,select,button,textarea";

/** Of inputs and buttons: what the form says where they do not. */
const formField: Members = {
  ...form,
  ...labels,
  name: (element) => attribute(element, "name"),
  formAction: (element) => formAction(element),
  formEnctype: (element) => {
    const type = ofForm(element, "enctype");
    const isKnown = type === "multipart/form-data" || type === "text/plain";
    return isKnown ? type : "application/x-www-form-urlencoded";
  },
  formMethod: (element) => (ofForm(element, "method")?.toLowerCase() === "post" ? "post" : "get"),
  formNoValidate: (element) => ofForm(element, "novalidate") !== undefined,
  formTarget: (element) => ofForm(element, "target") ?? "",
};

const option: Members = {
  text: (element) => element.textContent(),
  value: (element) => optionValue(element.selection()),
  label: (element) => element.getAttribute("label") ?? element.textContent(),
  index: (element) => {
    const owner = element.selection().parents("select,datalist");
    return owner.size() === 0 ? 0 : owner.find("option").index(element);
  },
  disabled: (element) =>
    element.hasAttribute("disabled") ||
    element.selection().parents("optgroup").attr("disabled") !== undefined,
  form: (element) => {
    const around = element.selection().parents("form");
    if (around.size() > 0) return around.get(0);
    const select = element.selection().parents("select");
    const id = select.attr("form");
    return id === undefined
      ? undefined
      : top(select)
          .find(`form#${String(id)}`)
          .get(0);
  },
};

const select: Members = {
  ...form,
  ...labels,
  length: (element) => found(element, "option").length,
  options: (element) => found(element, "option"),
  selectedIndex: (element) => {
    const [selected] = found(element, "option[selected]");
    return selected ? element.selection().find("option").index(selected) : -1;
  },
  selectedOptions: (element) => found(element, "option[selected]"),
  size: (element) => (element.hasAttribute("multiple") ? 4 : 1),
  type: (element) => (element.hasAttribute("multiple") ? "select-multiple" : "select"),
  value: (element) => optionValue(element.selection().find("option[selected]")),
};

const tableTag: Members = {
  caption: (element) => element.selection().children("caption").get(0),
  tHead: (element) => element.selection().children("thead").get(0),
  tFoot: (element) => element.selection().children("tfoot").get(0),
  rows: (element) => found(element, "tr"),
  tBodies: (element) => found(element, "tbody"),
};

const row: Members = {
  cells: (element) => found(element, "th,td"),
  rowIndex: (element) => indexIn(element, "table", "tr"),
  sectionRowIndex: (element) => indexIn(element, "thead,tbody,tfoot", "tr"),
};

const progress: Members = {
  ...labels,
  max: (element) => maxOf(element),
  value: (element) => progressOf(element) ?? 0,
  position: (element) => progressOf(element) ?? -1,
};

const map: Members = {
  areas: (element) => found(element, "area"),
  images: (element) => {
    const id = element.getAttribute("id");
    const images = `img[usemap="#${id}"],object[usemap="#${id}"]`;
    return id === undefined ? [] : found(top(element.selection()).get(0), images);
  },
};

const fieldset: Members = {
  ...form,
  type: () => "fieldset",
  elements: (element) => found(element, fieldTags),
  validity: () => undefined,
};

const formTag: Members = {
  elements: (element) => found(element, `${fieldTags},fieldset`),
  length: (element) => found(element, `${fieldTags},fieldset`).length,
  method: (element) => (attribute(element, "method") === "post" ? "post" : "get"),
};

const label: Members = {
  ...form,
  control: (element) => {
    const id = element.getAttribute("for");
    return id === undefined ? undefined : top(element.selection()).find(`#${id}`).get(0);
  },
};

const output: Members = {
  ...form,
  ...labels,
  type: () => "output",
  value: (element) => element.textContent(),
  defaultValue: (element) => element.textContent(),
};

const textarea: Members = {
  ...form,
  ...labels,
  type: () => "textarea",
  /** In bytes of UTF-8. */
  length: (element) => new TextEncoder().encode(attribute(element, "value")).length,
};

const listlessTypes: ReadonlySet<string> = new Set([
  "hidden",
  "checkbox",
  "radio",
  "file",
  "button",
]);

const input: Members = {
  list: (element) => {
    const id = attribute(element, "list");
    if (id === "" || listlessTypes.has(attribute(element, "type"))) return undefined;
    return top(element.selection()).find(`datalist[id="${id}"]`).get(0);
  },
};

const canvas: Members = {
  width: (element) => integer(element, "width") ?? 150,
  height: (element) => integer(element, "height") ?? 150,
};

const table: Readonly<Record<string, readonly Members[]>> = {
  a: [hrefMembers, relList, text],
  area: [hrefMembers, relList, text],
  audio: [tracks],
  base: [{ href: (element) => baseHref(element) }],
  button: [formField, { value: (element) => optionValue(element.selection()) }],
  canvas: [canvas],
  col: [{ span: (element) => Math.max(1, integer(element, "span") ?? 1) }],
  datalist: [{ options: (element) => found(element, "option") }],
  fieldset: [fieldset],
  form: [formTag],
  input: [formField, input],
  keygen: [form, labels, { type: () => "keygen" }],
  label: [label],
  legend: [form],
  link: [relList],
  map: [map],
  meter: [labels],
  object: [form],
  option: [option],
  output: [output],
  progress: [progress],
  script: [text],
  select: [select],
  style: [{ type: (element) => attribute(element, "type") || "text/css" }],
  table: [tableTag],
  tbody: [sectionRows],
  td: [cell],
  textarea: [textarea],
  tfoot: [sectionRows],
  th: [cell],
  thead: [sectionRows],
  title: [text],
  tr: [row],
  video: [tracks],
};

function attribute(element: Element, name: string): string {
  return element.getAttribute(name) ?? "";
}

function integer(element: Element, name: string): number | undefined {
  const value = attribute(element, name);
  return /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}

/** As k6 does, at each single space. */
function split(value: string): readonly string[] {
  return value === "" ? [] : value.split(" ");
}

function found(element: Element | undefined, selector: string): readonly Element[] {
  return element?.querySelectorAll(selector) ?? [];
}

/** The document's element, `html`. */
function top(selection: Selection): Selection {
  return selection.parents().last();
}

/** -1 outside of what is `around`. */
function indexIn(element: Element, around: string, selector: string): number {
  return element.selection().parents(around).find(selector).index(element);
}

function ownerForm(element: Element): Selection | undefined {
  const around = element.selection().closest("form");
  if (around.size() > 0) return around;
  const id = attribute(element, "form");
  const named = id === "" ? undefined : top(element.selection()).find(`#${id}`);
  return named?.size() === 0 ? undefined : named;
}

/** The element's own `form…` attribute, or else the form's. */
function ofForm(element: Element, name: string): string | undefined {
  const own = element.getAttribute(`form${name}`);
  return own ?? ownerForm(element)?.get(0)?.getAttribute(name);
}

function formAction(element: Element): string {
  const action = ofForm(element, "action") ?? "";
  const { url } = element.selection();
  return action === "" ? url : (linkOf(element, action) ?? action);
}

function labelsOf(element: Element): readonly Element[] {
  const around = element.selection().closest("label");
  const id = attribute(element, "id");
  if (id === "") return around.get();
  return around.add(top(element.selection()).find(`label[for="${id}"]`)).get();
}

function maxOf(element: Element): number {
  return positive(element.getAttribute("max")) ?? 1;
}

function progressOf(element: Element): number | undefined {
  const value = positive(element.getAttribute("value"));
  return value === undefined ? undefined : value / maxOf(element);
}

function positive(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return value >= 0 ? value : undefined;
}

function baseHref(element: Element): string {
  const href = element.getAttribute("href");
  const { url } = element.selection();
  return href === undefined ? url : (linkOf(element, href) ?? url);
}
