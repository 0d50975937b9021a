/** What Ollama's own engine prints of a load; its llama.cpp prints its buffers itself. */
export interface OllamaOwnLog {
  readonly architecture?: string;
  readonly fileType?: string;
  readonly name?: string;
  readonly tensors?: number;
  readonly request: OllamaLoadRequest;
  readonly sizes: readonly OllamaOwnSize[];
}

interface OllamaLoadRequest {
  readonly parallel: number;
  readonly batch: number;
  readonly flashAttention: boolean;
  /** cells over all requests */
  readonly cells: number;
  /** "" is f16 */
  readonly cacheType: string;
  readonly threads: number;
}

interface OllamaOwnSize {
  readonly holds: "weights" | "cache" | "graph" | "total";
  /** "CPU", "CUDA0"; of the total: all */
  readonly device: string;
  readonly bytes: number;
  /** half of the last digit */
  readonly precisionBytes: number;
}

const HOLDS: ReadonlyMap<string, OllamaOwnSize["holds"]> = new Map([
  ["model weights", "weights"],
  ["kv cache", "cache"],
  ["compute graph", "graph"],
  ["total memory", "total"],
]);
const UNITS: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
  ["TiB", 2 ** 40],
]);

const MODEL =
  /source=ggml\.go:\d+ msg="" architecture=([a-z][\w.-]*) file_type=(\w+) name="([^"\uFFFD]*)" description="[^"]*" num_tensors=(\d+) num_key_values=\d+$/;
const REQUEST =
  /msg=load request="\{Operation:\w+ LoraPath:\[[^\]]*\] Parallel:(\d+) BatchSize:(\d+) FlashAttention:(\w+) KvSize:(\d+) KvCacheType:(\w*) NumThreads:(\d+) GPULayers:.*\}"$/;
const SIZE =
  /source=device\.go:\d+ msg="(model weights|kv cache|compute graph|total memory)"(?: device=(\S+))? size="(\d+(?:\.\d)?) (B|KiB|MiB|GiB|TiB)"$/;

/** Folds lines of a load; a new request starts over, because each is tried before it is made. */
export class OllamaOwnReader {
  #model: Pick<OllamaOwnLog, "architecture" | "fileType" | "name" | "tensors"> = {};
  #request: OllamaLoadRequest | undefined;
  #sizes = new Map<string, OllamaOwnSize>();

  /** Whether the line was one of its. */
  add(line: string): boolean {
    return this.#addModel(line) || this.#addRequest(line) || this.#addSize(line);
  }

  read(): OllamaOwnLog | undefined {
    if (this.#request === undefined || this.#sizes.size === 0) return undefined;
    return { ...this.#model, request: this.#request, sizes: [...this.#sizes.values()] };
  }

  #addModel(line: string): boolean {
    const match = MODEL.exec(line);
    if (match === null) return false;
    const [, architecture = "", fileType = "", name = "", tensors] = match;
    this.#model = { architecture, fileType, tensors: Number(tensors), ...(name === "" ? {} : { name }) };
    return true;
  }

  #addRequest(line: string): boolean {
    const match = REQUEST.exec(line);
    if (match === null) return false;
    const [, parallel, batch, flash, cells, cacheType = "", threads] = match;
    this.#request = {
      parallel: Number(parallel),
      batch: Number(batch),
      flashAttention: flash === "Enabled",
      cells: Number(cells),
      cacheType,
      threads: Number(threads),
    };
    this.#sizes.clear();
    return true;
  }

  #addSize(line: string): boolean {
    const match = SIZE.exec(line);
    if (match === null) return false;
    const [, what = "", device = "all", digits = "", unit = ""] = match;
    const [holds, scale] = [HOLDS.get(what)!, UNITS.get(unit)!];
    const precisionBytes = (digits.includes(".") ? 0.05 : 0.5) * scale + 1;
    this.#sizes.set(`${holds} ${device}`, { holds, device, bytes: Math.round(Number(digits) * scale), precisionBytes });
    return true;
  }
}
