import http from "k6/http";

export default function () {
  const url = __ENV.HTTP;
  const jar = http.cookieJar();
  console.log(
    jar.set(url, "a", "1"),
    jar.set(url, "b", "2", { path: "/x", secure: false, http_only: true }),
  );
  console.log(
    JSON.stringify(jar.cookiesForURL(`${url}/`)),
    JSON.stringify(jar.cookiesForURL(`${url}/x`).b),
  );
  jar.set(url, "gone", "1", { expires: "Mon, 01 Jan 2001 00:00:00 GMT" });
  jar.set(url, "short", "1", { max_age: 0 });
  jar.set(url, "other", "1", { domain: "other.test" });
  jar.set(url, "safe", "1", { secure: true });
  console.log(
    Object.keys(jar.cookiesForURL(`${url}/`))
      .sort()
      .join(),
  );
  for (const wrong of [() => jar.set(url, "e", "1", { expires: "soon" })]) {
    try {
      console.log(JSON.stringify(wrong()));
    } catch (error) {
      console.log("refused");
    }
  }
  jar.delete(url, "a");
  console.log(
    Object.keys(jar.cookiesForURL(`${url}/x`))
      .sort()
      .join(),
  );
  jar.clear(url);
  console.log(JSON.stringify(jar.cookiesForURL(`${url}/x`)));
  const mine = new http.CookieJar();
  mine.set(url, "m", "1");
  http.get(`${url}/cookies/set?n=2`, { jar: mine });
  console.log(
    Object.keys(mine.cookiesForURL(url)).sort().join(),
    JSON.stringify(jar.cookiesForURL(url)),
  );
  console.log(
    http
      .get(`${url}/cookies`, {
        cookies: { one: "1", two: { value: "2" } },
        headers: { Cookie: "three=3" },
      })
      .json("cookies.three"),
  );
}
