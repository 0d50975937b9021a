export { cutGeometry, type Cut } from "./cut.ts";
export { headerDraft, type HeaderOptions } from "./header.ts";
export { writeSparse } from "./sparse.ts";
