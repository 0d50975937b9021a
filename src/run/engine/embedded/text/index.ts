export { ReplyParser, type ReplyPart, type ReplyShape } from "./reply-parser.ts";
export { StopTexts } from "./stop-texts.ts";
export { isThinking, thinkingOf, type Thinking } from "./thinking.ts";
