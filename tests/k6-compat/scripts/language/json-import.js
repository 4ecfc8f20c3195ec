import users from "../imported/users.json";

export default function () {
  console.log(users.length);
}
