import type { Selection } from "../html/selection.ts";
import type { RequestParams } from "./params.ts";

/** k6's Response.submitForm(). */
export interface SubmitFormOptions {
  /** "form" when left out. */
  readonly formSelector?: string;
  /** Of the button whose name and value are sent as well: `[type="submit"]` when left out. */
  readonly submitSelector?: string;
  /** Over what the form itself says. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly params?: RequestParams;
}

/** k6's Response.clickLink(). */
export interface ClickLinkOptions {
  /** "a[href]" when left out. */
  readonly selector?: string;
  readonly params?: RequestParams;
}

/** An answer whose body is a page. */
export interface Page {
  readonly url: string;
  html(selector: string): Selection;
}

export interface FormRequest {
  readonly method: string;
  readonly url: string;
  /** The body; undefined when the values are in the URL. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
}

/** The request that sends the form. Throws a TypeError when there is no such form. */
export function readForm(
  page: Page,
  { formSelector = "form", submitSelector = '[type="submit"]', fields }: SubmitFormOptions,
): FormRequest {
  const form = page.html(formSelector);
  if (form.size() === 0) {
    throw new TypeError(`Cannot submit a form of ${page.url}: nothing matches "${formSelector}"`);
  }
  const method = textOf(form.attr("method"), "GET").toUpperCase();
  const submit = form.find(submitSelector);
  const name = submit.attr("name");
  const value = submit.val();
  const values = {
    ...form.serializeObject(),
    ...(name !== undefined && value !== undefined && { [String(name)]: value }),
    ...fields,
  };
  const url = resolve(page, textOf(form.attr("action"), page.url));
  if (method !== "GET") return { method, url: url.href, values };
  url.search = new URLSearchParams(toPairs(values)).toString();
  return { method, url: url.href, values: undefined };
}

/** Where the link leads. Throws a TypeError when there is no such link. */
export function readLink(page: Page, { selector = "a[href]" }: ClickLinkOptions): string {
  const link = page.html(selector);
  const href = link.attr("href");
  if (link.size() > 0 && href !== undefined) return resolve(page, String(href)).href;
  const why = link.size() === 0 ? "nothing matches" : "there is no href at";
  throw new TypeError(`Cannot follow a link of ${page.url}: ${why} "${selector}"`);
}

function textOf(attribute: unknown, missing: string): string {
  return attribute === undefined ? missing : String(attribute);
}

function resolve(page: Page, reference: string): URL {
  const url = URL.parse(reference, page.url);
  if (url) return url;
  throw new TypeError(`Cannot request "${reference}" of ${page.url}: it is no URL`);
}

/** Sorted by name, as a form's body. */
function toPairs(values: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(values)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      return [value].flat().map((one): [string, string] => [name, String(one ?? "")]);
    });
}
