export { hubOf, type Hub, type HubAddress } from "./address.ts";
export { downloadFromHub, type HubDownload, type HubResult } from "./download.ts";
