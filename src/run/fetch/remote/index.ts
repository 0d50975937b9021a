export { addressOf } from "./at-address.ts";
export { downloadAddress } from "./download.ts";
export { hubFiles } from "./hub-files.ts";
export { type GgufSet, ggufSets } from "./gguf-sets.ts";
export { KeptBytes } from "./kept.ts";
export { type ListedFile, type Listing, listRepository } from "./listing.ts";
export { readRemoteGguf } from "./read-gguf.ts";
export type { Reading } from "./reading.ts";
export { withRemoteFolder } from "./read-folder.ts";
