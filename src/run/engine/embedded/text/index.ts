export { ReplyParser, type ReplyPart, type ReplyShape } from "./reply-parser.ts";
export { StopTexts } from "./stop-texts.ts";
