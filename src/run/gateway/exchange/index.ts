export { Client, type ErrorShape } from "./client.ts";
export { Job } from "./job.ts";
export type { Reply } from "./reply.ts";
export { Times } from "./times.ts";
export type { Usage } from "./usage.ts";
