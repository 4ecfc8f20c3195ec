/** Imported as text: `with { type: "text" }`, which bundles them into the program, too. */
declare module "uplot/dist/uPlot.iife.min.js" {
  const text: string;
  export = text;
}
declare module "uplot/dist/uPlot.min.css" {
  const text: string;
  export = text;
}
declare module "*/speed-page.client.js" {
  const text: string;
  export = text;
}
declare module "*/speed-page.css" {
  const text: string;
  export = text;
}
