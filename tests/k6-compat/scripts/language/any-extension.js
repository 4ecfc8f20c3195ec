import { odd } from "../imported/odd.es";

export default function () {
  console.log(odd);
}
