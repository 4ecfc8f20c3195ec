import http from "k6/http";

export const options = { maxRedirects: 3 };

export default function () {
  const url = __ENV.HTTP;
  const followed = http.get(`${url}/redirect/2`);
  console.log(followed.status, followed.url);
  const stopped = http.get(`${url}/redirect/6`);
  console.log(stopped.status, stopped.url);
  const none = http.get(`${url}/redirect/1`, { redirects: 0 });
  console.log(none.status, none.headers.Location);
  console.log(http.post(`${url}/redirect-to?url=/get`, "x").status);
}
