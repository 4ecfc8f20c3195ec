import http from "k6/http";

export default function () {
  const { headers, cookies } = http.get(
    `${__ENV.HTTP}/response-headers?x-lower-case=a&X-Twice=1&X-Twice=2&Set-Cookie=a%3D1&Set-Cookie=b%3D2%3B%20Secure`,
  );
  console.log(headers["X-Lower-Case"], headers["x-lower-case"], headers["X-Twice"]);
  console.log(headers["Set-Cookie"], Object.keys(cookies).sort().join(), cookies.b[0].secure);
  const response = http.head(`${__ENV.HTTP}/get`);
  console.log(
    response.status,
    JSON.stringify(response.body),
    response.headers["Content-Length"] > 0,
  );
  console.log(http.get(`${__ENV.HTTP}/status/204`).body, http.get(`${__ENV.HTTP}/bytes/0`).body);
  console.log(http.get(`${__ENV.HTTP}/status/418`).status_text);
  console.log(
    http.get(`${__ENV.HTTP}/status/599`).error_code,
    http.get(`${__ENV.HTTP}/status/499`).error_code,
  );
}
