export { ChatTemplate, type RenderOptions, type TemplateMessage } from "./chat-template.ts";
export { promptTokens, textTokens } from "./tokens.ts";
