const text = open("./no-such-file.txt");

export default function () {
  console.log(text);
}
