import type { Geometry, modelCatalog } from "../../../src/facts/model/index.ts";
import { rowBytes, type Tensor, tensorType } from "../../../src/facts/weights/index.ts";

export type CatalogModel = Awaited<ReturnType<typeof modelCatalog>>["MODELS"][number];

/** Type that most matrices of a file type have. */
function mainType(fileType: string): string {
  const plain = fileType.replace(/_(?:M|S|L|XS|MOE)$/, "").replace(/^(IQ\d).*/, "$1_XS");
  return tensorType(plain) ? plain : "Q4_K";
}

/** A model whose tensors are not written down: its parts as one matrix a layer each, all layers alike. */
export function approximate(model: CatalogModel, fileType: string): { geometry: Geometry; tensors: readonly Tensor[] } {
  const { layers, width, heads, kvHeads, keyLength, valueLength, experts } = model;
  const [embedding = 0, attention = 0, linear = 0, dense = 0, expert = 0, shared = 0] = model.parts;
  const full = model.full?.length ?? layers;
  const type = mainType(fileType);
  const matrix = (name: string, parameters: number): Tensor[] =>
    parameters <= 0
      ? []
      : [
          {
            name,
            type,
            shape: [width, Math.max(1, Math.round(parameters / width))],
            bytes: rowBytes(tensorType(type)!, Math.round(parameters / width) * width),
            offset: 0,
            file: 0,
          },
        ];
  const geometry: Geometry = {
    architecture: model.architecture ?? "",
    embeddingLength: width,
    vocabularySize: model.vocabulary,
    contextLength: model.context,
    tiedEmbeddings: model.tied ?? false,
    layers: Array.from({ length: layers }, (_, layer) => ({
      kind: "trunk",
      mixer:
        layer < full
          ? { kind: "attention", span: "full", heads, kvHeads, keyLength, valueLength }
          : { kind: "convolution", kernel: 4, convolutionState: width },
      feedForward: experts
        ? {
            kind: "experts",
            experts: experts.count,
            expertsUsed: experts.used,
            expertLength: experts.length,
            sharedLength: experts.shared ?? 0,
            denseSideLength: 0,
          }
        : { kind: "dense", length: dense / layers / width / 3, gated: true },
    })),
  };
  const tensors = [
    ...matrix("token_embd.weight", model.tied ? embedding : embedding / 2),
    ...(model.tied ? [] : matrix("output.weight", embedding / 2)),
    ...geometry.layers.flatMap((_, layer) => [
      ...matrix(`blk.${layer}.attn_q.weight`, (attention + linear) / layers),
      ...matrix(`blk.${layer}.ffn_up.weight`, (dense + shared) / layers),
      ...matrix(`blk.${layer}.ffn_up_exps.weight`, expert / layers),
    ]),
  ];
  return { geometry, tensors };
}
