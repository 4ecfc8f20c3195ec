import http from "k6/http";
import { sorted } from "../imported/sorted.js";

export default function () {
  const page = http.get(`${__ENV.HTTP}/forms/post`);
  const sent = page.submitForm({ fields: { custname: "me" } });
  console.log(sent.status, sorted(sent.json("form")));
  const home = http.get(`${__ENV.HTTP}/`);
  console.log(home.html("h1").text(), home.html().find("li.item").size());
  const next = home.clickLink({ selector: "a:contains('Elsewhere')" });
  console.log(next.status, next.json("args.from"));
  console.log(home.html("title").text(), home.html("#greeting b").text());
}
