export default function () {
  try {
    throw new Error("inner");
  } catch (cause) {
    const error = new Error("outer", { cause });
    console.log(error.cause.message);
    throw error;
  }
}
