import http from "k6/http";

export const options = { batch: 2, batchPerHost: 1 };

export default function () {
  const began = Date.now();
  http.batch([1, 2, 3].map((n) => `${__ENV.HTTP}/slow?n=${n}`));
  console.log(Date.now() - began >= 290);
  const answers = http.batch({
    a: {
      method: "POST",
      url: `${__ENV.HTTP}/post`,
      body: { x: "1" },
      params: { tags: { t: "1" } },
    },
    b: ["GET", `${__ENV.HTTP}/get`, null, { headers: { "X-B": "2" } }],
  });
  console.log(answers.a.json("form.x"), answers.b.json("headers.X-B"));
  for (const wrong of [5, "text", [5], [{}], [[]], null, undefined]) {
    try {
      console.log(
        Object.values(http.batch(wrong))
          .map(({ status }) => status)
          .join(),
      );
    } catch (error) {
      console.log("refused");
    }
  }
}
