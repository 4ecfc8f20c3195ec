import http from "k6/http";

export default function () {
  const post = (body, headers) => http.post(`${__ENV.HTTP}/post`, body, headers && { headers });
  const show = ({ request, status }) =>
    console.log(status, JSON.stringify(request.body), request.headers["Content-Type"]);
  show(post({ z: 1, a: [1, 2], "k&": "v=", yes: true, n: null }));
  show(post("text"));
  show(post(""));
  show(post(null));
  show(post(undefined));
  show(post({}));
  show(post("{}", { "Content-Type": "application/json" }));
  show(post({ a: 1 }, { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" }));
  console.log(post(new Uint8Array([104, 105]).buffer).json("data"));
  console.log(post(new Uint8Array([104, 105])).json("data"));
  for (const wrong of [5, true, () => 1, [1, 2]]) {
    try {
      console.log(post(wrong).status);
    } catch (error) {
      console.log("refused");
    }
  }
}
