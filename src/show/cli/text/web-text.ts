import type { WebAnswer } from "../../../plan/answer/index.ts";
import { columns } from "./layout.ts";
import type { Style } from "./style.ts";

/** Where the page is. */
export function webText({ url, next }: WebAnswer, style: Style): string {
  return [
    `the page is at ${style.strong(`${url}/`)}`,
    ...columns([
      ["", "this machine", `${url}/api/rig`],
      ["", "any question", `${url}/api/ask/fit?model=qwen3-8b&context=32k`],
      ["", "what runs here", `${url}/api/events`],
    ]),
    "",
    "next",
    ...next.map((command) => `  ${command}`),
    style.faint("only this machine reaches it; Ctrl-C stops it"),
  ].join("\n");
}
