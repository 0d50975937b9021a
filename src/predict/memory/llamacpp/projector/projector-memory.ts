import type { ImageSize, Projector, Tower } from "../../../../facts/model/index.ts";
import type { Tensor } from "../../../../facts/weights/index.ts";
import type { ComputeBackend } from "../backends/backend.ts";
import { allocationOf, type BufferType } from "../backends/buffer.ts";
import { elementType } from "../graph/element.ts";
import { GraphTensor, type Shape } from "../graph/tensor.ts";
import { assignBackends, computeBuffer } from "../replay/assign.ts";
import type { Held } from "../replay/graph-allocator.ts";
import { reserve, type Reservation } from "../replay/reserve.ts";
import { TowerBuilder } from "./tower-builder.ts";
import { towerGraph } from "./towers/index.ts";

/** Frames that memory is reserved for (clip-model.h, `warmup_audio_size`). */
const WARM_UP_FRAMES = 3000;

/** A tower's compute buffer on one back end. */
export interface TowerBuffer {
  readonly type: BufferType;
  readonly bytes: number;
  readonly peak: readonly Held[];
  readonly nodes: number;
}

/** What the tower reads when the engine reserves memory for it (clip.cpp:3700, `get_dummy_batch`). */
export function warmUpSize({ warmUpSize: side, audio }: Tower): ImageSize {
  return audio === undefined ? { width: side, height: side } : { width: WARM_UP_FRAMES, height: audio.melBins };
}

/** Tensors of one of a projector's towers: those of the other are loaded with it. */
export function tensorsOf({ tensors, vision, audio }: Projector, modality: "vision" | "audio"): readonly Tensor[] {
  if (vision === undefined || audio === undefined) return tensors;
  return tensors.filter(({ name }) => /^(?:a\.|mm\.a\.)/.test(name) === (modality === "audio"));
}

/** The buffer that holds a tower's weights: all of them on one device, none rearranged, none mapped. */
export function towerWeightBytes(tensors: readonly Tensor[], type: BufferType): number {
  return allocationOf(
    type,
    tensors.map((tensor) => type.allocationBytes(leafOf(tensor, type))),
  );
}

/**
 * The compute buffers that a tower reserves for its largest image or thirty seconds of sound (clip.cpp:3805): one graph, on the device
 * and what that lacks on the processor. Undefined where its graph is not written down.
 */
export function towerCompute(
  tower: Tower,
  tensors: readonly Tensor[],
  backends: readonly ComputeBackend[],
  size = warmUpSize(tower),
  together = 1,
): readonly TowerBuffer[] | undefined {
  const build = towerGraph(tower.type, tower.modality);
  if (build === undefined) return undefined;
  const graphOf = (flashAttention: boolean): TowerBuilder => {
    const weights = new Map(tensors.map((tensor) => [tensor.name, leafOf(tensor, backends[0]!.bufferType)]));
    const builder = new TowerBuilder({ tower, size, together, flashAttention, weights });
    const out = build(builder);
    builder.graph.expand(out);
    return builder;
  };
  const first = reserved(graphOf(true), backends);
  const tried = graphOf(true);
  assignBackends(tried.graph, backends, true);
  const supported = tried.attended.every((node) => backends[0]!.supports(node));
  const second = supported ? first : reserved(graphOf(false), backends);
  return backends.map((_, index) => {
    const type = computeBuffer(backends, index);
    // flash attention is tried first, and what that took is kept where it is more
    const sizes = [first, second].map(({ chunks }) =>
      chunks[index]!.reduce((sum, chunk) => sum + chunk + type.overheadBytes, 0),
    );
    const largest = sizes[0]! > sizes[1]! ? first : second;
    return { type, bytes: Math.max(...sizes), peak: largest.peaks[index]!, nodes: second.nodes };
  });
}

function reserved({ graph }: TowerBuilder, backends: readonly ComputeBackend[]): Reservation {
  return reserve(graph, backends, {
    copies: 1,
    offload: true,
    inputLimit: Infinity,
    copiesUnusedInputs: false,
    tellsPeaks: true,
  });
}

function leafOf({ type, shape, bytes }: Tensor, bufferType: BufferType): GraphTensor {
  const element = elementType(type);
  if (element === undefined) throw new RangeError(`no row for tensors of type ${type}`);
  const full: Shape = [shape[0] ?? 1, shape[1] ?? 1, shape[2] ?? 1, shape[3] ?? 1];
  return new GraphTensor("none", element, full, [], { bytes, store: { bufferType, usage: "weights" } });
}
