import type { BufferType } from "../backends/buffer.ts";
import { rowBytes, type ElementType } from "./element.ts";

/** The operations of the graphs replayed here, named as the engine names them. */
export type Operation =
  | "none"
  | "add"
  | "add_id"
  | "arange"
  | "argsort"
  | "clamp"
  | "concat"
  | "cont"
  | "conv_2d"
  | "cpy"
  | "div"
  | "dup"
  | "fill"
  | "flash_attn_ext"
  | "gated_delta_net"
  | "get_rows"
  | "glu"
  | "im2col"
  | "l2_norm"
  | "lightning_indexer"
  | "mean"
  | "mix_shares"
  | "mix_streams"
  | "mul"
  | "mul_mat"
  | "mul_mat_id"
  | "norm"
  | "pad"
  | "permute"
  | "pool"
  | "repeat"
  | "reshape"
  | "rms_norm"
  | "rope"
  | "scale"
  | "set_rows"
  | "sine"
  | "soft_max"
  | "spread_streams"
  | "sqr"
  | "sqrt"
  | "ssm_conv"
  | "ssm_scan"
  | "sub"
  | "sum_rows"
  | "top_k"
  | "transpose"
  | "unary"
  | "upscale"
  | "view";

export type Shape = readonly [number, number, number, number];

/** Memory a tensor has outside the compute buffers: a weight's or a cache's buffer. */
export interface Store {
  readonly bufferType: BufferType;
  readonly usage: "weights" | "cache";
}

/** W x becomes W x + B (A x). */
export interface LowRankPair {
  readonly a: GraphTensor;
  readonly b: GraphTensor;
}

/**
 * A tensor of the engine's compute graph, reduced to what decides memory: its operation, shape, strides, sources and views. The
 * last group of fields is working space of the scheduler and the allocator, valid during one reservation.
 */
export class GraphTensor {
  readonly operation: Operation;
  readonly type: ElementType;
  /** elements per dimension, fastest first */
  readonly shape: Shape;
  /** bytes from one element to the next, per dimension */
  readonly strides: Shape;
  /** bytes the tensor spans */
  readonly bytes: number;
  readonly sources: (GraphTensor | undefined)[];
  /** the tensor that owns the memory, where this one is a view of it (never itself a view) */
  readonly owner: GraphTensor | undefined;
  readonly store: Store | undefined;
  /** what it is, where a person would ask: "attention mask", "logits"; else its operation says enough */
  name: string | undefined;
  /** pairs of an adapter's low-rank matrices that every product with this matrix adds: x (A B), or rows of it */
  adapters: readonly LowRankPair[] | undefined;
  /** a product that must read its second operand as it is, not rounded to half precision */
  precise = false;
  input = false;
  output = false;
  visited = false;
  /** how many tensors of the graph read this one */
  uses = 0;

  /** back end the tensor is assigned to, -1 = none yet */
  backend = -1;
  /** copies on other back ends, by back end */
  copies: (readonly GraphTensor[] | undefined)[] | undefined;
  children = 0;
  views = 0;
  allocated = false;
  buffer = -1;
  chunk = 0;
  offset = 0;

  constructor(
    operation: Operation,
    type: ElementType,
    shape: Shape,
    sources: (GraphTensor | undefined)[],
    more?: { owner?: GraphTensor | undefined; strides?: Shape; store?: Store; bytes?: number },
  ) {
    this.operation = operation;
    this.type = type;
    this.shape = shape;
    this.sources = sources;
    this.owner = more?.owner;
    this.store = more?.store;
    this.strides = more?.strides ?? denseStrides(type, shape);
    this.bytes = more?.bytes ?? span(type, shape, this.strides);
  }

  /** the buffer type the tensor's memory lies in, if it is not a compute buffer */
  get placed(): Store | undefined {
    return (this.owner ?? this).store;
  }
}

export function denseStrides(type: ElementType, shape: Shape): Shape {
  const row = rowBytes(type, shape[0]);
  return [type.bytes, row, row * shape[1], row * shape[1] * shape[2]];
}

/** Bytes from the first to the last byte of a tensor with these strides (ggml_nbytes). */
function span(type: ElementType, shape: Shape, strides: Shape): number {
  if (shape[0] === 0 || shape[1] === 0 || shape[2] === 0 || shape[3] === 0) return 0;
  let bytes = type.block === 1 ? type.bytes + (shape[0] - 1) * strides[0] : (shape[0] * strides[0]) / type.block;
  for (let dimension = 1; dimension < 4; dimension++) bytes += (shape[dimension]! - 1) * strides[dimension]!;
  return bytes;
}

export function elements(shape: Shape): number {
  return shape[0] * shape[1] * shape[2] * shape[3];
}

export function rows(shape: Shape): number {
  return shape[1] * shape[2] * shape[3];
}

/** No gaps between elements in memory order. */
export function isContiguous(tensor: GraphTensor): boolean {
  const dense = denseStrides(tensor.type, tensor.shape);
  let expected = true;
  for (let dimension = 0; dimension < 4; dimension++) {
    if (tensor.shape[dimension] !== 1 && tensor.strides[dimension] !== dense[dimension]) expected = false;
  }
  return expected;
}

/** Type, shape and strides agree: one may take over the other's memory. */
export function sameLayout(a: GraphTensor, b: GraphTensor): boolean {
  if (a.type !== b.type) return false;
  for (let dimension = 0; dimension < 4; dimension++) {
    if (a.shape[dimension] !== b.shape[dimension] || a.strides[dimension] !== b.strides[dimension]) return false;
  }
  return true;
}

/** Views compute nothing. */
export function isViewOperation(operation: Operation): boolean {
  return operation === "view" || operation === "reshape" || operation === "permute" || operation === "transpose";
}
