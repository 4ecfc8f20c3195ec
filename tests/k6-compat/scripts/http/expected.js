import http from "k6/http";

export const options = { thresholds: { "http_req_failed{name:wanted}": ["rate==0"] } };

export default function () {
  const url = __ENV.HTTP;
  http.get(`${url}/status/404`);
  http.get(`${url}/status/404`, {
    responseCallback: http.expectedStatuses(404),
    tags: { name: "wanted" },
  });
  http.get(`${url}/status/200`, { responseCallback: null });
  http.setResponseCallback(http.expectedStatuses({ min: 500, max: 599 }, 404));
  http.get(`${url}/status/503`);
  http.get(`${url}/status/200`);
  http.setResponseCallback(null);
  http.get(`${url}/status/200`);
  const name = http.url`${url}/status/${201}`;
  console.log(http.get(name).status);
  try {
    http.setResponseCallback(404);
  } catch (error) {
    console.log("refused");
  }
}
