export { hubOf } from "./address.ts";
export { downloadFromHub, type HubDownload } from "./download.ts";
