import { join } from "node:path";
import { EXIT } from "../../../facts/errors/index.ts";
import {
  ANSWER_VERSION,
  type RunsAnswer,
  type ServePlanAnswer,
  type ServePlansAnswer,
} from "../../../plan/answer/index.ts";
import { checkAddress, Claims, type Run } from "../../../run/gateway/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf, machineOf } from "../machine.ts";
import { openOrNote } from "../receipts-at-hand.ts";
import { besideOthers, besideThem } from "../serve/beside.ts";
import { readKeys } from "../serve/keys.ts";
import { servedModels, type ServedFlags } from "../serve/served-models.ts";
import { DEFAULT_PORT, Serving } from "../serve/serving.ts";
import { progressFor } from "../text/progress.ts";
import { runsText, servePlanText, serveText } from "../text/serve-text.ts";

export interface ServeFlags extends ServedFlags {
  readonly host?: string;
  readonly keyFile?: string;
  readonly allowHost?: readonly string[];
  /** minutes without a request after which a model is unloaded; 0: never */
  readonly idle?: number;
  readonly dryRun?: boolean;
  readonly runs?: boolean;
}

/** `loadout serve [MODEL ...]` */
export const serve = guarded(async function (this: CliContext, flags: ServeFlags, ...typed: string[]) {
  const { folders } = await homeOf(this);
  const claims = new Claims(join(folders.data, "runs"));
  const others = await claims.others();
  if (flags.runs) return listRuns(this, others, flags);

  const progress = progressFor(this);
  progress.update("probing this machine ...");
  const beside = await besideOthers(claims, others);
  const machine = besideThem(await machineOf(this), beside);
  progress.done();
  const keys = flags.keyFile === undefined ? [] : await readKeys(flags.keyFile);
  const opening = {
    keys,
    port: flags.port ?? DEFAULT_PORT,
    allowedHosts: flags.allowHost ?? [],
    ...(flags.host === undefined ? {} : { host: flags.host }),
  };
  if (!flags.dryRun) await checkAddress(opening);
  const receipts = await openOrNote(this, machine.folders.data);
  const models = await servedModels(this, typed, { machine, receipts, flags, progress });
  receipts?.close();
  if (flags.dryRun) {
    const plans = models.flatMap(({ facts }) => facts.plan ?? []);
    const next = plans.flatMap((plan) => plan.next);
    const answer: ServePlanAnswer | ServePlansAnswer =
      plans.length === 1 ? plans[0]! : { schema: ANSWER_VERSION, kind: "serve-plans", plans, next };
    this.out(flags.json ? JSON.stringify(answer, null, 2) : servePlanText(plans, this.outStyle));
    return EXIT.ok;
  }

  const { idle } = flags;
  const serving = new Serving(this, {
    machine,
    models,
    claims,
    beside,
    progress,
    ...(idle === undefined ? {} : { idleMinutes: idle }),
  });
  try {
    await serving.open(opening);
    progress.done();
    const answer = await serving.answer();
    this.out(flags.json ? JSON.stringify(answer, null, 2) : serveText(answer, this.outStyle));
    await serving.untilStopped();
    return EXIT.ok;
  } finally {
    progress.done();
    await serving.close();
  }
});

function listRuns(context: CliContext, runs: readonly Run[], { json }: ServeFlags): number {
  const open = runs.find(({ url }) => url !== "");
  const answer: RunsAnswer = {
    schema: ANSWER_VERSION,
    kind: "runs",
    runs: runs.map(({ takes, ...run }) => ({ ...run, takes: Object.fromEntries(takes) })),
    next: [open ? `loadout chat ${open.url}` : "loadout serve"],
  };
  context.out(json ? JSON.stringify(answer, null, 2) : runsText(answer));
  return EXIT.ok;
}
