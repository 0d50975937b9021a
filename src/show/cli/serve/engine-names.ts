/** What `--engine` takes. */
export const SERVE_ENGINES = ["auto", "embedded", "llama-server"] as const;
export type ServeEngineName = (typeof SERVE_ENGINES)[number];
