import { pageDocument, pageScript, pageStyle, type ServiceRoutes } from "@breakwater/service";
import page from "./files-page.client.js" with { type: "text" };
import style from "./files-page.css" with { type: "text" };
import html from "./files-page.html" with { type: "text" };
import requests from "./requests.client.js" with { type: "text" };
import uploads from "./uploads.client.js" with { type: "text" };
import words from "./words.client.js" with { type: "text" };

/** A page for people: what is there, uploads, downloads. What it loads is all from here. */
export function pageRoutes(): ServiceRoutes {
  return {
    "GET /": pageDocument(String(html)),
    "GET /page/files-page.css": pageStyle(style),
    // Under their names here, by which they import each other.
    "GET /page/files-page.client.js": pageScript(page),
    "GET /page/requests.client.js": pageScript(requests),
    "GET /page/uploads.client.js": pageScript(uploads),
    "GET /page/words.client.js": pageScript(words),
  };
}
