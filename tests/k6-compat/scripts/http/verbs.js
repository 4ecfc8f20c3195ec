import http from "k6/http";
import { sorted } from "../imported/sorted.js";

export default function () {
  const url = __ENV.HTTP;
  const show = ({ status, method, request, body }) => {
    const { args, form, data, json, headers, files } = JSON.parse(body);
    console.log(
      status,
      request.method,
      sorted({ args, form, data, json, files }),
      String(headers["Content-Type"]).split(";")[0],
      headers["Content-Type"] === undefined ? headers["Content-Length"] : "",
    );
  };
  show(http.get(`${url}/get?a=1&b=2&a=3`));
  show(http.post(`${url}/post`, { name: "x y", list: ["1", "2"], none: null, n: 5 }));
  show(
    http.post(`${url}/post`, JSON.stringify({ a: 1 }), {
      headers: { "Content-Type": "application/json" },
    }),
  );
  show(http.put(`${url}/put`, "text"));
  show(http.patch(`${url}/patch`, "{}"));
  show(http.del(`${url}/delete`));
  show(http.del(`${url}/delete`, "gone"));
  show(http.request("POST", `${url}/post`, "by request"));
  show(http.post(`${url}/post`));
  show(http.post(`${url}/post`, new Uint8Array([65, 66]).buffer));
  show(
    http.post(`${url}/post`, { field: "v", upload: http.file("content", "a.txt", "text/plain") }),
  );
  console.log(http.head(`${url}/get`).body, http.options(`${url}/get`).status);
}
