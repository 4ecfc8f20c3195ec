import { shownPath } from "./help-text.ts";
import type { ParamDoc, RouteDoc } from "./route-doc.ts";

/** The docs as one page that needs nothing else. */
export function toHelpHtml(docs: readonly RouteDoc[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>bw origin</title>
<style>${style}</style>
</head>
<body>
<h1>bw origin</h1>
<p>An upstream for testing proxies. Bad input gets 400 and a sentence that says what would do.</p>
${docs.map(toSection).join("\n")}
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; }
section { border-top: 1px solid #8886; padding: .4rem 0; }
h2 { font-size: 1.05rem; margin: .6rem 0 .2rem; }
p { margin: .2rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .4rem 0; }
dd { margin: 0; }
li { display: inline-block; margin-right: 1.5rem; }
ul { list-style: none; padding: 0; margin: .4rem 0; }
code, a { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
`;

function toSection({ path, summary, params = [], examples }: RouteDoc): string {
  const links = examples.map((example) => {
    const shown = escaped(example);
    return `<li><a href="${shown}">${shown}</a></li>`;
  });
  return `<section>
<h2><code>${escaped(shownPath(path))}</code></h2>
<p>${escaped(summary)}</p>
${params.length === 0 ? "" : `<dl>${params.map(toParam).join("")}</dl>`}
<ul>${links.join("")}</ul>
</section>`;
}

function toParam({ name, meaning }: ParamDoc): string {
  return `<dt><code>${escaped(name)}</code></dt><dd>${escaped(meaning)}</dd>`;
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (character) => `&${names[character]};`);
}
