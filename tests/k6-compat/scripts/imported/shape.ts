interface Shape {
  readonly width: number;
  readonly height: number;
}

export function area({ width, height }: Shape): number {
  return width * height;
}

export { Shape };
