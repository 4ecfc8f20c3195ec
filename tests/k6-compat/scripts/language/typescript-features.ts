import http, { type Response } from "k6/http";
import { Counter } from "k6/metrics";
import type { Options } from "k6/options";
import { area, type Shape } from "../imported/shape.ts";

enum Level {
  Low = 1,
  High,
}
namespace Inner {
  export const value = 5;
}
abstract class Base<T> {
  constructor(
    protected readonly value: T,
    public name: string = "base",
  ) {}
  abstract show(): string;
}
class Real extends Base<number> {
  declare extra: string;
  private hits?: number;
  override show(): string {
    return `${this.name} ${this.value as unknown as string}`;
  }
}
export const options: Options = { iterations: 1 };
const counter: Counter = new Counter("my_counter");
function generic<T extends { status: number }>(response: T): number {
  return response!.status satisfies number;
}
function overloaded(a: string): string;
function overloaded(a: number): number;
function overloaded(a: any): any {
  return a;
}
export default function (): void {
  const response: Response = http.get(`${__ENV.HTTP}/get`) as Response;
  console.log(generic<Response>(response), Level.High, Level[1], Inner.value);
  console.log(new Real(5).show(), overloaded("x"), typeof area, Object.keys(new Real(1)).join());
  counter.add(<number>1);
  const tuple: [a: string, b?: number] = ["x"];
  const shape: Shape | undefined = undefined;
  console.log(tuple.length, shape);
}
