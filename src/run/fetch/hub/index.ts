export { hubOf, resolveUrl, type Hub, type HubAddress } from "./address.ts";
export { downloadFromHub, type HubDownload } from "./download.ts";
export { isCommit } from "./layout.ts";
