import { open, SeekMode } from "k6/experimental/fs";

const file = await open("../imported/users.json");

export const options = { iterations: 2 };

export default async function () {
  const { name, size } = await file.stat();
  console.log(name, size > 0, file.path.endsWith("users.json"));
  const buffer = new Uint8Array(4);
  console.log(await file.read(buffer), String.fromCharCode(...buffer));
  console.log(await file.seek(-2, SeekMode.End), await file.read(buffer), await file.read(buffer));
  console.log(await file.seek(1, SeekMode.Start), await file.seek(2, SeekMode.Current));
  await file.seek(0, SeekMode.Start);
  for (const wrong of [
    () => file.seek(-1, SeekMode.Start),
    () => file.seek(1e6, SeekMode.Start),
    () => file.read("x"),
    () => file.seek("x"),
    () => file.seek(0, 9),
    () => open("../imported/users.json"),
    () => file.read(),
  ]) {
    try {
      console.log(await wrong());
    } catch (error) {
      console.log("refused", error.name);
    }
  }
}
