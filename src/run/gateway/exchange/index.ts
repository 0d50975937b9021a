export { Client, type ErrorShape } from "./client.ts";
export { Job } from "./job.ts";
export { Relay } from "./relay.ts";
export type { Reply } from "./reply.ts";
export { Times } from "./times.ts";
export type { Usage } from "./usage.ts";
