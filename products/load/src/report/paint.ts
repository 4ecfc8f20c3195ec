/** Colours for a terminal; each function leaves the text alone when there are to be none. */
export interface Paint {
  bold(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  value(text: string): string;
  faintValue(text: string): string;
}

export function makePaint({ colors }: { readonly colors: boolean }): Paint {
  const sgr = (code: string) => (text: string) =>
    colors ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: sgr("1"),
    faint: sgr("2;37"),
    good: sgr("32"),
    bad: sgr("31"),
    value: sgr("36"),
    faintValue: sgr("2;36"),
  };
}
