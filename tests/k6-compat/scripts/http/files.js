import http from "k6/http";

const bytes = open("../imported/users.json", "b");

export default function () {
  const file = http.file(bytes, "users.json", "application/json");
  console.log(file.filename, file.content_type, typeof file.data);
  const sent = http.post(`${__ENV.HTTP}/post`, {
    upload: file,
    second: http.file("text", "b.txt"),
    n: 5,
  });
  const { form, files } = sent.json();
  console.log(form.n, files.upload.name, files.upload.type, files.upload.text.length);
  console.log(files.second.name, files.second.type, files.second.text);
  const unnamed = http.file("x");
  console.log(/^\d+$/.test(unnamed.filename), unnamed.content_type);
  try {
    http.file(5);
    console.log("made");
  } catch (error) {
    console.log("refused");
  }
}
