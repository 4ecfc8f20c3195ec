import http from "k6/http";

export const options = { iterations: 3 };

export default function () {
  const none = http.get("http://127.0.0.1:1/");
  const attempts = [() => none.html("p").text(), () => none.json("a"), () => none.submitForm()];
  try {
    console.log(attempts[__ITER]());
  } catch (error) {
    console.log("threw");
  }
  if (__ITER === 2) http.get(`${__ENV.HTTP}/json`).clickLink();
}
