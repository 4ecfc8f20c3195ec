class Refusal extends Error {
  constructor(message) {
    super(message);
    this.name = "Refusal";
  }
}
export default function () {
  try {
    throw new Refusal("first");
  } catch (error) {
    console.log(error.name, error.message, error instanceof Refusal, String(error));
  }
}
