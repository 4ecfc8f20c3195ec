import {
  type CallHandler,
  pageDocument,
  pageScript,
  pageStyle,
  type ServiceRoutes,
} from "@breakwater/service";
import chartScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import chartStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import script from "./speed-page.client.js" with { type: "text" };
import style from "./speed-page.css" with { type: "text" };
import html from "./speed-page.html" with { type: "text" };

/** The page's document, which GET / answers. */
export const page: CallHandler = pageDocument(String(html));

/** What the document loads, all from here: it works where there is no internet. */
export const pageRoutes: ServiceRoutes = {
  "GET /page.js": pageScript(script),
  "GET /page.css": pageStyle(style),
  "GET /chart.js": pageScript(chartScript),
  "GET /chart.css": pageStyle(chartStyle),
};
