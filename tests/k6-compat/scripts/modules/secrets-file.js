// k6: --secret-source file=HERE/../imported/secrets.txt
import secrets from "k6/secrets";

export default async function () {
  console.log((await secrets.get("token")).length, (await secrets.get("other")).toUpperCase());
}
