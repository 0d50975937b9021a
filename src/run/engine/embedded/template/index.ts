export { ChatTemplate, type RenderOptions, type TemplateMessage } from "./chat-template.ts";
export { promptTokens, refuseEndless, textTokens } from "./tokens.ts";
