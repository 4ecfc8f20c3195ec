import http from "k6/http";

export const options = { discardResponseBodies: true };

export default function () {
  const none = http.get(`${__ENV.HTTP}/get`);
  console.log(none.status, none.body);
  const text = http.get(`${__ENV.HTTP}/json`, { responseType: "text" });
  console.log(text.json("slideshow.title"));
  try {
    none.json();
  } catch (error) {
    console.log("no body");
  }
}
