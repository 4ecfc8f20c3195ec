import http from "k6/http";

export const options = { thresholds: { "http_reqs{name:PLACE/status/${}}": ["count==0"] } };

export default function () {
  for (const id of [200, 201]) {
    const response = http.get(http.url`${__ENV.HTTP}/status/${id}`);
    console.log(response.status, response.url);
  }
  const made = http.url`${__ENV.HTTP}/get?a=${"b"}`;
  console.log(String(made.name).endsWith("/get?a=${}"));
  for (const wrong of [
    "",
    "nonsense",
    "ftp://x/",
    "http://",
    "http://a b/",
    5,
    null,
    undefined,
    {},
  ]) {
    try {
      const { status, error_code } = http.get(wrong);
      console.log(JSON.stringify(wrong), status, error_code);
    } catch (error) {
      console.log(JSON.stringify(wrong), "threw");
    }
  }
}
