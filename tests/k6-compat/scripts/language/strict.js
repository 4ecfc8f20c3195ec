export default function () {
  try {
    undeclared = 1;
  } catch (error) {
    console.log(error.name);
  }
  console.log(typeof undeclared, this === undefined);
}
