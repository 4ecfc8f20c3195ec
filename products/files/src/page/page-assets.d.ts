/** Imported as text: `with { type: "text" }`, which bundles them into the program, too. */
declare module "*/files-page.client.js" {
  const text: string;
  export = text;
}
declare module "*/requests.client.js" {
  const text: string;
  export = text;
}
declare module "*/uploads.client.js" {
  const text: string;
  export = text;
}
declare module "*/words.client.js" {
  const text: string;
  export = text;
}
declare module "*/files-page.css" {
  const text: string;
  export = text;
}
