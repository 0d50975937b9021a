export { cutGeometry, type Cut } from "./cut.ts";
export { geometryHeader, headerDraft, type HeaderOptions } from "./header.ts";
export { writeSparse } from "./sparse.ts";
