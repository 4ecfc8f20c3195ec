import http from "k6/http";
import { sorted } from "../imported/sorted.js";

export const options = { iterations: 2 };

export default function () {
  const url = __ENV.HTTP;
  const sent = (params) => sorted(http.get(`${url}/cookies`, params).json("cookies"));
  console.log(sent());
  http.get(`${url}/cookies/set?a=1&b=2`);
  console.log(sent());
  console.log(sent({ cookies: { a: "mine", c: { value: "3", replace: true } } }));
  console.log(sent({ cookies: { a: { value: "replaced", replace: true } } }));
  const jar = http.cookieJar();
  console.log(sorted(jar.cookiesForURL(`${url}/cookies`)));
  jar.set(url, "d", "4", { path: "/cookies", max_age: 100 });
  jar.set(url, "e", "5", { path: "/elsewhere" });
  console.log(sent());
  jar.delete(url, "a");
  console.log(sent());
  jar.clear(url);
  console.log(sent());
  const own = new http.CookieJar();
  own.set(url, "own", "1");
  console.log(sent({ jar: own }), sent());
  const response = http.get(
    `${url}/response-headers?Set-Cookie=x%3D1%3B%20Path%3D%2F%3B%20HttpOnly`,
  );
  console.log(sorted(response.cookies));
}
