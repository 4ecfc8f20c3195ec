// k6: --no-thresholds
import http from "k6/http";

export default function () {
  const refused = http.get("http://127.0.0.1:1/");
  console.log(
    refused.status,
    refused.error_code,
    refused.body,
    refused.headers["X"],
    refused.error !== "",
  );
  const late = http.get(`${__ENV.HTTP}/delay/5`, { timeout: "50ms" });
  console.log(late.status, late.error_code, late.error !== "");
  const lookup = http.get("http://no-such-host.invalid/");
  console.log(lookup.status, lookup.error_code);
  const invalid = http.get("http://[bad");
  console.log(invalid.status, invalid.error_code);
  try {
    http.get("http://127.0.0.1:1/", { throw: true });
  } catch (error) {
    console.log("threw");
  }
  const unknown = http.get(`${__ENV.HTTPS}/get`);
  console.log(unknown.status, unknown.error_code);
  const blocked = http.get("http://blocked.test/");
  console.log(blocked.error_code);
  const listed = http.get("http://10.1.2.3/");
  console.log(listed.error_code);
}

export const options = { blockHostnames: ["*.test"], blacklistIPs: ["10.0.0.0/8"] };
