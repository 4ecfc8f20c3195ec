import http from "k6/http";
import { area, type Shape } from "../imported/shape.ts";

enum Kind {
  Small = "small",
}

const square: Shape = { width: 2, height: 3 };

export default function (): void {
  const status: number = http.get(`${__ENV.HTTP}/status/201`).status as number;
  console.log(area(square), status, Kind.Small);
}
