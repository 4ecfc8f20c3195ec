import { parseHTML } from "k6/html";

const doc = parseHTML(`<ul id="l"><li class="a b">1</li><li>2</li><li class="b">3</li></ul>
<a href="/x?y=1" title="t">link</a><input name="n" value="v" checked disabled>`);

export default function () {
  const items = doc.find("li");
  console.log(
    items.size(),
    items.eq(1).text(),
    items.first().text(),
    items.last().text(),
    items.get(0).nodeName(),
  );
  console.log(
    items.filter(".b").size(),
    items.not(".b").text(),
    items.is(".a"),
    items.has("span").size(),
  );
  console.log(
    items.map((i, el) => `${i}${el.text()}`).join(),
    items.toArray().length,
    items.index(doc.find(".a")),
  );
  items.each((i, el) => console.log(i, el.textContent(), el.className(), el.classList().join()));
  console.log(
    doc.find(".a").next().text(),
    doc.find("li").eq(2).prev().text(),
    doc.find(".a").siblings().size(),
  );
  console.log(
    doc.find("li").parent().attr("id"),
    doc.find("#l").children(".b").size(),
    doc.find("li").closest("ul").size(),
  );
  console.log(
    doc.find("a").attr("href"),
    doc.find("a").attr("none"),
    doc.find("a").attr("none", "default"),
    doc.find("a").html(),
  );
  const link = doc.find("a").get(0);
  console.log(
    link.getAttribute("title"),
    link.hasAttribute("x"),
    link.search(),
    link.nodeType(),
    link.attributes().href.value,
  );
  const input = doc.find("input").get(0);
  console.log(input.name(), input.value(), input.checked(), input.disabled(), input.id());
  console.log(doc.find("nothing").text() === "", doc.find("nothing").get(0), doc.find("ul").html());
  console.log(
    doc.find("li").slice(1, 3).text(),
    doc.find("li").add("a").size(),
    doc.find("li").end().find("a").size(),
  );
}
