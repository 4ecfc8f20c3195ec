export default function () {
  try {
    open("../imported/users.json");
  } catch (error) {
    console.log("refused");
  }
  open("../imported/users.json");
}
