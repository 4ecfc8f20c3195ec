import http from "k6/http";

export default function () {
  const host = `127.0.0.1:${__ENV.HTTP_PORT}`;
  const basic = http.get(`http://user:pass@${host}/basic-auth/user/pass`);
  console.log(basic.status, basic.json("user"));
  console.log(http.get(`http://user:no@${host}/basic-auth/user/pass`).status);
  const digest = http.get(`http://user:pass@${host}/digest-auth/auth/user/pass`, {
    auth: "digest",
  });
  console.log(digest.status, digest.json("authenticated"));
  console.log(
    http.get(`${__ENV.HTTP}/bearer`, { headers: { Authorization: "Bearer t" } }).json("token"),
  );
}
