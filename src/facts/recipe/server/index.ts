export { PUBLISHED_CHECKPOINTS, type PublishedCheckpoint } from "./published.ts";
export { SERVER_SCHEMES, type PackedBits, type ServerPart, type ServerScheme } from "./schemes.ts";
export { packedMatrixBytes, serverWeights, type ServerWeights } from "./weights.ts";
