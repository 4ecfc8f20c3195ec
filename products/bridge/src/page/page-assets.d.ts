/** Imported as text: `with { type: "text" }`, which bundles them into the program, too. */
declare module "*/bridge-page.client.js" {
  const text: string;
  export = text;
}
declare module "*/connection.client.js" {
  const text: string;
  export = text;
}
declare module "*/words.client.js" {
  const text: string;
  export = text;
}
declare module "*/bridge-page.css" {
  const text: string;
  export = text;
}
