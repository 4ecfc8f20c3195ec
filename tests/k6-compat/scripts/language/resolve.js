const url = import.meta.resolve("../imported/users.json");

export default function () {
  console.log(url.startsWith("file:///"), url.endsWith("/scripts/imported/users.json"));
  console.log(import.meta.resolve("./x.js").endsWith("/scripts/language/x.js"));
}
