import { SharedArray } from "k6/data";

const users = new SharedArray("users", () => {
  const file = JSON.parse(open("../imported/users.json"));
  return file.map((name, id) => ({ name, id, tags: ["a"] }));
});

export default function () {
  console.log(users.length, users[1].name, JSON.stringify(users[0]), users[5]);
  let names = "";
  for (const { name } of users) names += name;
  console.log(names, users.map(({ id }) => id).join(), Array.isArray(users));
  for (const write of [
    () => (users[0] = 1),
    () => (users[0].name = "x"),
    () => users[0].tags.push(1),
  ]) {
    try {
      write();
      console.log("written");
    } catch (error) {
      console.log(error instanceof TypeError);
    }
  }
  users.forEach((user, index) => console.log(user.name, index));
}
