export { GENERIC_RULES, toolFormat } from "./formats.ts";
export type { Tool, ToolCall, ToolFormat } from "./tool.ts";
