/** What http.url`…` gives: a URL with the name under which its requests are measured. */
export class NamedUrl {
  /** With `${}` in place of what was put in. */
  readonly name: string;
  readonly url: string;

  constructor(name: string, url: string) {
    this.name = name;
    this.url = url;
  }

  toString(): string {
    return this.url;
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: k6's placeholder, as it is.
const placeholder = "${}";

/** k6's tagged template: one `name` for all URLs that it makes, so they are measured as one. */
export function urlTemplate(parts: readonly string[], ...pieces: readonly unknown[]): NamedUrl {
  const url = parts.map((part, index) => part + (index < pieces.length ? pieces[index] : ""));
  const name = parts.map((part, index) => part + (index < pieces.length ? placeholder : ""));
  return new NamedUrl(name.join(""), url.join(""));
}
