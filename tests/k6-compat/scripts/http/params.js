import http from "k6/http";

export const options = {
  thresholds: {
    "http_reqs{kind:tagged}": ["count==1"],
    "http_reqs{name:short}": ["count==2"],
    "http_reqs{url:short}": ["count==2"],
  },
};

export default function () {
  const url = __ENV.HTTP;
  http.get(`${url}/get`, { tags: { kind: "tagged", name: "short", n: 1, yes: true } });
  http.get(http.url`${url}/get?${1}`, { tags: { name: "short" } });
  const sent = http.get(`${url}/get`, {
    headers: { Host: "other.test", "X-Number": 5, "content-type": "text/x" },
  });
  const { Host, "X-Number": number, "Content-Type": type } = sent.json("headers");
  console.log(Host, number, type, JSON.stringify(sent.request.headers["Host"]));
  console.log(http.get(`${url}/get`, null).status, http.get(`${url}/get`, {}).status);
  console.log(http.get(`${url}/redirect/2`, { redirects: 1 }).status);
  console.log(http.get(`${url}/delay/3`, { timeout: 100 }).error_code);
  for (const params of [5, "x", { timeout: "soon" }, { redirects: "x" }, { headers: 5 }]) {
    try {
      console.log(JSON.stringify(params), http.get(`${url}/get`, params).status);
    } catch (error) {
      console.log(JSON.stringify(params), "refused");
    }
  }
}
