// k6: --secret-source mock=default,name=first,key=hidden-value --secret-source mock=name=second,key=other
import secrets from "k6/secrets";

export default async function () {
  const value = await secrets.get("key");
  console.log(`the value is ${value}`, value.length);
  console.log((await secrets.source("second").get("key")).length);
  for (const wrong of [() => secrets.get("none"), () => secrets.source("third").get("key")]) {
    try {
      await wrong();
    } catch (error) {
      console.log("refused");
    }
  }
}
