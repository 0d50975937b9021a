import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { FoundFile } from "./weights.ts";
import { lookAt, walk } from "./walk.ts";

/** Layers of an Ollama manifest that are GGUF files (Ollama's `server/images.go`); others hold templates and licences. */
const LAYERS: Readonly<Record<string, "model" | "projector">> = {
  "application/vnd.ollama.image.model": "model",
  "application/vnd.ollama.image.projector": "projector",
};

interface Layer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Models of an Ollama store: `manifests/HOST/NAMESPACE/NAME/TAG` names its layers, `blobs/sha256-SUM` holds them. */
export async function readOllama(folder: string): Promise<FoundFile[]> {
  const manifests = join(folder, "manifests");
  const found: FoundFile[] = [];
  for (const { path } of (await walk(manifests, () => true)).files) {
    const name = modelName(relative(manifests, path).split(sep));
    for (const layer of await layersOf(path)) {
      const role = LAYERS[layer.mediaType];
      const sum = /^sha256:([0-9a-f]{64})$/.exec(layer.digest)?.[1];
      if (role === undefined || sum === undefined) continue;
      const blob = join(folder, "blobs", `sha256-${sum}`);
      const info = await lookAt(blob);
      const base = { owner: name, file: "", path: blob, origin: "ollama", role } as const;
      if (info === undefined) found.push({ ...base, realPath: blob, bytes: 0, incomplete: "its blob is missing" });
      else if (info.bytes !== layer.size)
        found.push({ ...base, ...info, incomplete: `${info.bytes} of ${layer.size} bytes are there` });
      else found.push({ ...base, ...info });
    }
  }
  return found;
}

/** As Ollama prints it: its own registry and the library namespace are left out. */
function modelName(parts: readonly string[]): string {
  const tag = parts.at(-1) ?? "";
  const path = parts.slice(0, -1);
  if (path[0] === "registry.ollama.ai") path.shift();
  if (path[0] === "library") path.shift();
  return `${path.join("/")}:${tag}`;
}

async function layersOf(manifest: string): Promise<Layer[]> {
  try {
    const value: { layers?: unknown } | null = JSON.parse(await readFile(manifest, "utf8"));
    const layers = value?.layers;
    return Array.isArray(layers) ? layers.filter(isLayer) : [];
  } catch {
    return []; // not a manifest: another file that lies in the folder
  }
}

function isLayer(value: unknown): value is Layer {
  const layer: Partial<Record<keyof Layer, unknown>> = { ...Object(value) };
  return typeof layer.mediaType === "string" && typeof layer.digest === "string" && typeof layer.size === "number";
}
