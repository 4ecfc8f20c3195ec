import { pageDocument, pageScript, pageStyle, type ServiceRoutes } from "@breakwater/service";
import script from "./bridge-page.client.js" with { type: "text" };
import style from "./bridge-page.css" with { type: "text" };
import html from "./bridge-page.html" with { type: "text" };
import connection from "./connection.client.js" with { type: "text" };
import words from "./words.client.js" with { type: "text" };

/** A page for people: who is connected, what waits and goes by. What it loads is all from here. */
export function pageRoutes(): ServiceRoutes {
  return {
    "GET /": pageDocument(String(html)),
    "GET /page/bridge-page.css": pageStyle(style),
    // Under their names here, by which they import each other.
    "GET /page/bridge-page.client.js": pageScript(script),
    "GET /page/connection.client.js": pageScript(connection),
    "GET /page/words.client.js": pageScript(words),
  };
}
