const fixed = 1;
export default function () {
  try {
    fixed = 2;
  } catch (error) {
    console.log(error.name);
  }
  undeclared();
}
