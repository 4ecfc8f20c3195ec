// k6: --user-agent mine/1
import http from "k6/http";

export const options = { userAgent: "script" };

export default function () {
  const agent = (params) => http.get(`${__ENV.HTTP}/user-agent`, params).json("user-agent");
  console.log(agent(), agent({ headers: { "user-agent": "other" } }));
}
