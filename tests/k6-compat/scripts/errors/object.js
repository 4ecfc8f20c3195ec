export default function () {
  throw { code: 5, message: "an object" };
}
