import type { CliContext } from "../context.ts";
import { visible, WIDTH } from "./layout.ts";

/** One line of progress on standard error: rewritten in place on a terminal, a line now and then where it is piped. */
export interface Progress {
  /** says where things are; called as often as the work likes */
  update(text: string): void;
  /** clears the line, or leaves `text` in its place */
  done(text?: string): void;
}

/** Without a terminal a line at most every this many milliseconds. */
const PIPED_INTERVAL_MS = 5000;

export function progressFor(context: CliContext, now: () => number = () => performance.now()): Progress {
  const stream = context.process.stderr;
  const live = stream.isTTY;
  let shown = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    update(text) {
      if (live) {
        const cut = visible(text) > WIDTH - 1 ? text.slice(0, WIDTH - 1) : text;
        stream.write(`\r\u001B[2K${cut}`);
        shown = true;
      } else if (now() - lastMs >= PIPED_INTERVAL_MS) {
        lastMs = now();
        stream.write(`${text}\n`);
      }
    },
    done(text) {
      if (live && shown) stream.write("\r\u001B[2K");
      shown = false;
      if (text !== undefined) stream.write(`${text}\n`);
    },
  };
}
