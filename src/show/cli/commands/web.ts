import { join } from "node:path";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { ANSWER_VERSION, type WebAnswer } from "../../../plan/answer/index.ts";
import { Claims } from "../../../run/gateway/index.ts";
import { builtPage, pageFiles, startWeb, type WebServer } from "../../../run/web/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { progressFor } from "../text/progress.ts";
import { webText } from "../text/web-text.ts";
import { receiptsChangedAtMs, webAnswers } from "../web/answers.ts";
import { Askers } from "../web/askers.ts";

/** beside 8080, where `serve` listens */
const USUAL_PORT = 8090;

interface WebFlags {
  readonly json?: boolean;
  readonly port?: number;
}

/** `loadout web` */
export const web = guarded(async function (this: CliContext, flags: WebFlags) {
  const { folders } = await homeOf(this);
  const progress = progressFor(this);
  const folder = await builtPage((why) => progress.update(`building the page, ${why} ...`)).finally(() =>
    progress.done(),
  );
  const askers = new Askers();
  const parts = {
    files: await pageFiles(folder),
    answers: webAnswers(this, askers),
    claims: new Claims(join(folders.data, "runs")),
    receiptsChangedAtMs: () => receiptsChangedAtMs(folders.data),
    onFault: (fault: unknown) =>
      this.note(`fault: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`),
  };
  const server = await opened((port) => startWeb({ ...parts, port }), flags.port);
  try {
    const answer: WebAnswer = {
      schema: ANSWER_VERSION,
      kind: "web",
      url: server.url,
      next: [`curl ${server.url}/api/rig`, "loadout serve"],
    };
    this.out(flags.json ? JSON.stringify(answer, null, 2) : webText(answer, this.outStyle));
    const { signal } = this;
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    return EXIT.ok;
  } finally {
    await Promise.all([server.close(), askers.close()]);
  }
});

/** At the port that was asked for; else at the usual one, and where another program has it at any. */
async function opened(start: (port: number) => Promise<WebServer>, port: number | undefined): Promise<WebServer> {
  try {
    return await start(port ?? USUAL_PORT);
  } catch (error) {
    if (port !== undefined || !(error instanceof LoadoutError) || error.code !== "gateway-cannot-listen") throw error;
    return start(0);
  }
}
