import { parseHTML } from "k6/html";
import http from "k6/http";
import { sorted } from "../imported/sorted.js";

export default function () {
  const doc = parseHTML(http.get(`${__ENV.HTTP}/store`).body);
  const div = doc.find("div");
  console.log(div.attr("data-size"), div.data("size"), div.data("open"), div.data("name"));
  console.log(div.children().size(), div.find("p").text(), doc.find("none").size(), div.html());
  const form = parseHTML(http.get(`${__ENV.HTTP}/forms/post`).body).find("form");
  console.log(form.serialize());
  console.log(sorted(form.serializeObject()));
  console.log(
    form.find("select").val(),
    form.find("textarea").val(),
    form.find("input[name=custname]").val(),
  );
  form
    .find("input")
    .each((index, element) => console.log(index, element.nodeName(), element.getAttribute("name")));
  console.log(
    form
      .find("input")
      .map((index, element) => element.attr("value"))
      .join(),
  );
  console.log(
    form.find("input").first().attr("name"),
    form.find("input").eq(1).attr("name"),
    form.find("input").last().is(":checked"),
  );
  console.log(
    form.get(0).nodeName(),
    form.find("button").get(0).id(),
    form.attr("missing"),
    form.attr("missing", "default"),
  );
}
