import http from "k6/http";

export default function () {
  const response = http.post(
    `${__ENV.HTTP}/mirror`,
    JSON.stringify({
      list: [
        { id: 1, name: "a", tags: ["x", "y"] },
        { id: 2, name: "b", tags: [] },
      ],
      "dotted.key": 5,
      nested: { deep: { value: null, yes: true, text: "ä" } },
      number: 1.5e3,
    }),
  );
  for (const path of [
    "list.0.name",
    "list.#",
    "list.#.name",
    "list.#.tags",
    'list.#(name=="b").id',
    "list.#(id>0)#.name",
    "dotted\\.key",
    "nested.deep",
    "nested.deep.value",
    "nested.deep.yes",
    "nested.*.text",
    "n*.deep.text",
    "number",
    "none.at.all",
    "list.5",
    "list.@reverse.0.id",
    "@this.number",
  ]) {
    console.log(path, JSON.stringify(response.json(path)));
  }
  const text = http.get(`${__ENV.HTTP}/html`);
  try {
    text.json("a.b");
    console.log("undefined for no JSON");
  } catch (error) {
    console.log("threw");
  }
}
