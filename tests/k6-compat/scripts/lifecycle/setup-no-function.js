export const setup = 5;
export default function (data) {
  console.log(data);
}
