import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { modelCatalog } from "../../../facts/model/index.ts";
import { answerReconcile } from "../../../plan/answer/index.ts";
import { reconcileLog } from "../../../plan/reconcile/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { modelFor } from "../model/model-for.ts";
import { progressFor } from "../text/progress.ts";
import { reconcileText } from "../text/reconcile-text.ts";
import { serverRuntime } from "../../../plan/ask/flags/index.ts";

interface ReconcileFlags {
  readonly build?: string;
  readonly asRow?: boolean;
  readonly json?: boolean;
  readonly model?: string;
}

/** A start-up log takes kilobytes; of a log of weeks the newest part is read. */
const MOST_CHARACTERS = 64 * 2 ** 20;

/** `loadout reconcile LOG` */
export const reconcile = guarded(async function (this: CliContext, flags: ReconcileFlags, path: string) {
  const [text, catalog] = await Promise.all([logText(this, path), modelCatalog()]);
  const runtime = flags.build === undefined ? undefined : serverRuntime(flags.build);
  const found = reconcileLog(text, catalog, {
    build: runtime && { build: runtime.build, standing: runtime.standing },
    model: flags.model === undefined ? undefined : await modelFor(this, flags.model, {}, progressFor(this)),
  });
  if (found.log.understood === 0)
    throw new LoadoutError("log-not-an-engines", { path, lines: String(text.split("\n").length) });
  const answer = answerReconcile(found);
  if (flags.asRow) this.out(JSON.stringify(found.row));
  else this.out(flags.json ? JSON.stringify(answer, null, 2) : reconcileText(answer, this.outStyle));
  return answer.off === 0 && answer.equal > 0 ? EXIT.ok : EXIT.no;
});

async function logText({ process }: CliContext, path: string): Promise<string> {
  const input: Readable = path === "-" ? process.stdin : createReadStream(path);
  input.setEncoding("utf8");
  try {
    let text = "";
    for await (const chunk of input) text = (text + String(chunk)).slice(-MOST_CHARACTERS);
    return text;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new LoadoutError("log-unreadable", { path, problem }, { cause: error });
  }
}
