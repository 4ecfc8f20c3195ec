import http from "k6/http";

const host = __ENV.HTTP.replace("http://", "");

export const options = {
  thresholds: { [`http_reqs{url:http://****:****@${host}/basic-auth/u/p}`]: ["count==1"] },
};

export default function () {
  const { status, url, request } = http.get(`http://u:p@${host}/basic-auth/u/p`);
  console.log(status, url, request.url);
}
