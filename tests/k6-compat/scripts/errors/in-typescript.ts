interface Shape {
  readonly sides: number;
}
type Named<T> = T & { name: string };

function refuse(shape: Named<Shape>): never {
  throw new Error(`no ${shape.name} with ${shape.sides} sides`);
}
export default function (): void {
  refuse({ name: "square", sides: 4 });
}
