import { ASK_ERRORS } from "./rows/ask.ts";
import { BENCH_ERRORS } from "./rows/bench.ts";
import { CARD_ERRORS } from "./rows/cards.ts";
import { COMMAND_ERRORS } from "./rows/command.ts";
import { CONFIG_ERRORS } from "./rows/config.ts";
import { DIALECT_ERRORS } from "./rows/dialect.ts";
import { EMBEDDING_ERRORS } from "./rows/embedding.ts";
import { ENDPOINT_ERRORS } from "./rows/endpoint.ts";
import { ENGINE_ERRORS } from "./rows/engine.ts";
import { ENGINE_HTTP_ERRORS } from "./rows/engine-http.ts";
import { FETCH_ERRORS } from "./rows/fetch.ts";
import { FRONTIER_ERRORS } from "./rows/frontier.ts";
import { GATEWAY_ERRORS } from "./rows/gateway.ts";
import { MEDIA_ERRORS } from "./rows/media.ts";
import { MEMORY_ERRORS } from "./rows/memory.ts";
import { MODEL_ERRORS } from "./rows/model.ts";
import { QUALITY_ERRORS } from "./rows/quality.ts";
import { RECEIPT_ERRORS } from "./rows/receipt.ts";
import { RECONCILE_ERRORS } from "./rows/reconcile.ts";
import { RECIPE_ERRORS } from "./rows/recipe.ts";
import { REMOTE_ERRORS } from "./rows/remote.ts";
import { RIG_ERRORS } from "./rows/rig.ts";
import { REPORT_ERRORS } from "./rows/report.ts";
import { SERVER_ERRORS } from "./rows/server.ts";
import { SERVE_ERRORS } from "./rows/serve.ts";
import { SIMULATE_ERRORS } from "./rows/simulate.ts";
import { SPEC_ERRORS } from "./rows/spec.ts";
import { WEB_ERRORS } from "./rows/web.ts";
import { WEIGHTS_ERRORS } from "./rows/weights.ts";

/** Exit codes of the command, one meaning each. */
export const EXIT = {
  /** done; for a question: it fits */
  ok: 0,
  /** a good question with the answer no: it does not fit, a check failed */
  no: 1,
  /** a wrong question: unknown flag, bad number, a file that is no model */
  question: 2,
  /** something the machine lacks: a tool, a package, memory, disk, the network */
  missing: 3,
  /** consent was needed (a download) and there was no terminal to ask on and no --yes */
  consent: 4,
  /** the engine failed or died */
  engine: 5,
  /** a fault of Loadout itself */
  internal: 70,
  /** stopped by Ctrl-C */
  interrupted: 130,
} as const;

/** One row an error code. `{name}` in the texts is filled from the details. */
export interface ErrorRow {
  /** what was expected, what came, and where */
  readonly template: string;
  /** what to do next */
  readonly hint: string;
  /** exit code of the command, see {@link EXIT} */
  readonly exit: number;
  /** status when it is answered over HTTP */
  readonly http: number;
}

/** Every error there is. The rows stand in one file per subject under `rows/`. */
export const ERRORS = {
  ...ASK_ERRORS,
  ...BENCH_ERRORS,
  ...COMMAND_ERRORS,
  ...CONFIG_ERRORS,
  ...DIALECT_ERRORS,
  ...EMBEDDING_ERRORS,
  ...ENDPOINT_ERRORS,
  ...ENGINE_ERRORS,
  ...ENGINE_HTTP_ERRORS,
  ...FETCH_ERRORS,
  ...FRONTIER_ERRORS,
  ...GATEWAY_ERRORS,
  ...MEDIA_ERRORS,
  ...MEMORY_ERRORS,
  ...MODEL_ERRORS,
  ...QUALITY_ERRORS,
  ...RECEIPT_ERRORS,
  ...RECONCILE_ERRORS,
  ...RECIPE_ERRORS,
  ...REMOTE_ERRORS,
  ...REPORT_ERRORS,
  ...RIG_ERRORS,
  ...CARD_ERRORS,
  ...SERVER_ERRORS,
  ...SERVE_ERRORS,
  ...SIMULATE_ERRORS,
  ...SPEC_ERRORS,
  ...WEB_ERRORS,
  ...WEIGHTS_ERRORS,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;
