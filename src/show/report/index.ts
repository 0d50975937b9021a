import type { ReportAnswer } from "../../plan/answer/index.ts";
import { reportDocument } from "./build.ts";
import { toHtml } from "./to-html.ts";
import { toMarkdown } from "./to-markdown.ts";

/** One file that opens from a disk and prints; nothing in it is fetched, nothing runs. */
export function reportHtml(report: ReportAnswer): string {
  return toHtml(reportDocument(report));
}

/** The same in Markdown. */
export function reportMarkdown(report: ReportAnswer): string {
  return toMarkdown(reportDocument(report));
}
