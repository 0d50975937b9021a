import { buildApplication, buildRouteMap } from "@stricli/core";
import type { LoadoutError } from "../../facts/errors/index.ts";
import type { CliContext } from "./context.ts";
import { bench } from "./described/bench.ts";
import { calibrate } from "./described/calibrate.ts";
import { chat } from "./described/chat.ts";
import { doctor } from "./described/doctor.ts";
import { explain } from "./described/explain.ts";
import { fit } from "./described/fit.ts";
import { frontier } from "./described/frontier.ts";
import { gpus } from "./described/gpus.ts";
import { models } from "./described/models.ts";
import { offload } from "./described/offload.ts";
import { probe } from "./described/probe.ts";
import { quality } from "./described/quality.ts";
import { quants } from "./described/quants.ts";
import { receipts } from "./described/receipts.ts";
import { reconcile } from "./described/reconcile.ts";
import { report } from "./described/report.ts";
import { serve } from "./described/serve.ts";
import { simulate } from "./described/simulate.ts";
import { start } from "./described/start.ts";
import { web } from "./described/web.ts";
import { VERSION } from "./version.ts";
import { textsWith } from "./wrong-flags.ts";

export const ROUTES = {
  start,
  serve,
  chat,
  fit,
  explain,
  offload,
  quants,
  gpus,
  models,
  probe,
  receipts,
  reconcile,
  report,
  quality,
  bench,
  calibrate,
  simulate,
  frontier,
  doctor,
  web,
};

const routes = buildRouteMap({
  routes: ROUTES,
  defaultCommand: "start",
  docs: {
    brief: 'From "can I run this LLM on my machine?" to a running, measured setup',
    fullDescription: [
      'From "can I run this LLM on my machine?" to a running, measured setup.',
      "Without a command: the whole loop, with one real reply (`loadout start --help`).",
      "",
      "Examples:",
      "  loadout                       the whole loop, predicted against measured",
      "  loadout fit ./model.gguf      does it fit, with what settings, how fast",
      "  loadout explain ./model.gguf  every number as arithmetic",
      "",
      "Exit codes: 0 fits or done, 1 does not fit, 2 wrong question,",
      "3 something is missing here, 4 a download needs your yes, 5 the engine failed,",
      "70 a fault of ours, 130 stopped.",
    ].join("\n"),
  },
});

/** The whole command line; `onWrongFlags` hears of a question that cannot be read, whose text the framework has printed. */
export function app(onWrongFlags: (error: LoadoutError) => void) {
  return buildApplication<CliContext>(routes, {
    name: "loadout",
    versionInfo: { currentVersion: VERSION },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", onlyRequiredInUsageLine: true },
    localization: { text: textsWith(onWrongFlags) },
  });
}
