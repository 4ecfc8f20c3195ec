// k6: --config HERE/../imported/config.json
import http from "k6/http";

export const options = { userAgent: "from the script" };

export default function () {
  console.log(http.get(`${__ENV.HTTP}/user-agent`).json("user-agent"));
}
