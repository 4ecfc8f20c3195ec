import type { StartAdapter } from "./adapters.ts";
import { Scene, startControl, type Variant, variants } from "./scene.ts";

/** Where everything listens: plain data, so that it can come from another process. */
export interface Stage {
  readonly controlPort: number;
  /** By "<adapter>-<variant>". */
  readonly ports: Readonly<Record<string, number>>;
}

export const sceneName = (adapter: string, variant: Variant): string => `${adapter}-${variant}`;

/** Starts every adapter in every variant, each with a limiter of its own. */
export async function startStage(adapters: Readonly<Record<string, StartAdapter>>): Promise<Stage> {
  const scenes = new Map<string, Scene>();
  const ports: Record<string, number> = {};
  for (const [adapter, start] of Object.entries(adapters)) {
    for (const variant of variants) {
      const scene = new Scene(variant);
      scenes.set(sceneName(adapter, variant), scene);
      ports[sceneName(adapter, variant)] = await start(scene);
    }
  }
  return { controlPort: await startControl(scenes), ports };
}
