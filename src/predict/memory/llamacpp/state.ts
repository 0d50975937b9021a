import type { Geometry } from "../../../facts/model/index.ts";
import { allocationOf, type BufferType } from "./backends/buffer.ts";
import type { ContextSizes } from "./context.ts";
import { F32 } from "./graph/element.ts";
import { GraphTensor } from "./graph/tensor.ts";
import type { DecidedSettings } from "./question.ts";

/** What a recurrent layer carries from token to token: elements of one sequence's convolution and state, F32. */
export interface LayerState {
  readonly layer: number;
  readonly bufferType: BufferType;
  readonly convolutionLength: number;
  readonly stateLength: number;
  /** sequences, each with its snapshots */
  readonly rows: number;
}

/** Architectures whose states can go back when drafts are rejected; others keep no snapshots (`llm_arch_supports_rs_rollback`). */
const ROLLS_BACK: ReadonlySet<string> = new Set([
  "bailingmoe3",
  "deepseek4",
  "glm5-next",
  "kimi-k3",
  "lfm2",
  "lfm2moe",
  "nemotron_h",
  "nemotron_h_moe",
  "qwen35",
  "qwen35moe",
  "qwen4exp",
]);

export function keepsSnapshots({ architecture }: Geometry): boolean {
  return ROLLS_BACK.has(architecture);
}

/** States of all recurrent layers (llama-memory-recurrent.cpp). `place` says where a layer's state lies. */
export function layerStates(
  geometry: Geometry,
  settings: DecidedSettings,
  sizes: ContextSizes,
  place: (layer: number) => BufferType,
): LayerState[] {
  const rows = sizes.sequences * (1 + (settings.stateSnapshots ?? 0));
  return geometry.layers.flatMap(({ mixer }, layer) => {
    const recurrent = mixer.kind === "parallel" ? mixer.recurrent : mixer;
    if (recurrent.kind !== "recurrent" && recurrent.kind !== "convolution") return [];
    const { convolutionState } = recurrent;
    const recurrentState = recurrent.kind === "recurrent" ? recurrent.recurrentState : 0;
    return [
      { layer, bufferType: place(layer), convolutionLength: convolutionState, stateLength: recurrentState, rows },
    ];
  });
}

/** The state's two tensors, fresh for one graph. */
export function stateTensors(state: LayerState): { convolution: GraphTensor; state: GraphTensor } {
  const store = { bufferType: state.bufferType, usage: "cache" } as const;
  return {
    convolution: new GraphTensor("none", F32, [state.convolutionLength, state.rows, 1, 1], [], { store }),
    state: new GraphTensor("none", F32, [state.stateLength, state.rows, 1, 1], [], { store }),
  };
}

/** Bytes of the buffers that hold the states, by buffer type. */
export function stateBytes(states: readonly LayerState[]): Map<BufferType, number> {
  const tensors = new Map<BufferType, number[]>();
  for (const each of states) {
    const { convolution, state } = stateTensors(each);
    const list = tensors.get(each.bufferType) ?? [];
    list.push(each.bufferType.allocationBytes(convolution), each.bufferType.allocationBytes(state));
    tensors.set(each.bufferType, list);
  }
  return new Map([...tensors].map(([type, bytes]) => [type, allocationOf(type, bytes)]));
}
