import type { ApiModule } from "../module.ts";
import { httpConstants } from "./constants.ts";

const blocking = ["get", "head", "post", "put", "patch", "del", "options", "request", "batch"];

/** k6/http (https://grafana.com/docs/k6/latest/javascript-api/k6-http/). */
export const k6HttpModule: ApiModule = {
  surface: {
    names: [
      ...blocking,
      "asyncRequest",
      "cookieJar",
      "setResponseCallback",
      "CookieJar",
      "url",
      "file",
      "expectedStatuses",
      ...Object.keys(httpConstants),
    ],
    hasDefault: true,
    blocking,
    blockingMethods: ["submitForm", "clickLink"],
  },
  load: async () => (await import("./k6-http.ts")).createK6Http,
};
