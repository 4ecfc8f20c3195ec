import http from "k6/http";
import { sorted } from "../imported/sorted.js";

export default function () {
  const url = __ENV.HTTP;
  const response = http.get(`${url}/response-headers?x-thing=1&x-two=a`);
  console.log(
    response.status,
    response.status_text,
    response.proto,
    response.headers["X-Thing"],
    response.url,
  );
  console.log(sorted(response.cookies), response.error, response.error_code, response.remote_ip);
  console.log(Object.keys(response.timings).sort().join());
  console.log(Object.keys(response.request).sort().join(), response.request.method);
  const json = http.get(`${url}/json`);
  console.log(
    json.json("slideshow.slides.#.title"),
    json.json("slideshow.title"),
    json.json("none"),
  );
  console.log(
    json.json("slideshow.slides.1.title"),
    json.json('slideshow.slides.#(title=="b").title'),
  );
  const missing = http.get(`${url}/status/404`);
  console.log(missing.status, missing.error_code, missing.error, missing.body);
  const broken = http.get(`${url}/status/503`);
  console.log(broken.status, broken.error_code, broken.error);
  try {
    http.get(`${url}/html`).json();
  } catch (error) {
    console.log("no JSON");
  }
  for (const coding of ["gzip", "deflate", "brotli", "zstd"]) {
    console.log(coding, http.get(`${url}/${coding}`).json("coding"));
  }
  console.log(http.get(`${url}/bytes/5`, { responseType: "binary" }).body.byteLength);
  console.log(http.get(`${url}/bytes/5`, { responseType: "none" }).body);
  console.log(http.get(`${url}/bytes/5`).body);
}
