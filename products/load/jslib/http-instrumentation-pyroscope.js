import exec from "k6/execution";
import http from "k6/http";
import { replaceHttp, withHeaders } from "./instrument.js";

// Stands in for https://jslib.k6.io/http-instrumentation-pyroscope/<version>/index.js: requests
// carry a baggage header that says which test, scenario and request they are of.

function testBaggage(url, _body, params) {
  const run = __ENV.K6_CLOUDRUN_TEST_RUN_ID;
  const name = params?.tags?.name || url;
  const scenario = exec.scenario.name;
  return { baggage: `k6.test_run_id=${run}, k6.scenario=${scenario}, k6.name=${name}` };
}

export class Client {
  #request;
  #asyncRequest;

  /** `generateHeaders(url, body, params)` gives the headers that are added. */
  constructor(generateHeaders, request = http.request, asyncRequest = http.asyncRequest) {
    this.generateHeaders = generateHeaders ?? testBaggage;
    this.#request = request;
    this.#asyncRequest = asyncRequest;
  }

  request(method, url, ...args) {
    return this.#request(method, url, ...withHeaders(this.generateHeaders(url, ...args), ...args));
  }

  async asyncRequest(method, url, ...args) {
    const sent = withHeaders(this.generateHeaders(url, ...args), ...args);
    return await this.#asyncRequest(method, url, ...sent);
  }

  del(url, ...args) {
    return this.request("DELETE", url, ...args);
  }

  get(url, ...args) {
    return this.request("GET", url, null, ...args);
  }

  head(url, ...args) {
    return this.request("HEAD", url, null, ...args);
  }

  options(url, ...args) {
    return this.request("OPTIONS", url, ...args);
  }

  patch(url, ...args) {
    return this.request("PATCH", url, ...args);
  }

  post(url, ...args) {
    return this.request("POST", url, ...args);
  }

  put(url, ...args) {
    return this.request("PUT", url, ...args);
  }
}

/** Adds the header to all that the script asks of k6/http from here on. */
export function instrumentHTTP() {
  replaceHttp(new Client(null, http.request, http.asyncRequest));
}

const library = { Client, instrumentHTTP };

export { library as default };
