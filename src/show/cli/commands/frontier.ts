import { writeFile } from "node:fs/promises";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { frontier as frontierOf } from "../../../plan/advise/index.ts";
import { answerFrontier, type FrontierAnswer } from "../../../plan/answer/index.ts";
import { shellWord } from "../../../plan/command/index.ts";
import { roomFor } from "../../../plan/fit/index.ts";
import { type Lengths, meanLength } from "../../../predict/serving/index.ts";
import type { Receipt, ReceiptStore } from "../../../run/receipt/index.ts";
import { frontierChart } from "../../report/frontier-chart.ts";
import { runsAtHand } from "../frontier/runs-at-hand.ts";
import { guarded, type CliContext } from "../context.ts";
import type { FrontierFlags } from "../frontier/flags.ts";
import { homeOf, machineName, machineOf, type Machine } from "../machine.ts";
import { withChosenFileType } from "../model/chosen-file-type.ts";
import { modelFor } from "../model/model-for.ts";
import type { Weights } from "../model/weights.ts";
import { needModel } from "../model/need-model.ts";
import { fitQuestion, type FitQuestion, type PlannedMachine } from "../question.ts";
import { openKnownReceipts } from "../receipts-at-hand.ts";
import { machineByHand, rigFor } from "../rig-for.ts";
import { embeddedRuntime, serverRuntime } from "../runtime.ts";
import { lengthWords, longest, OUTPUT, PROMPT } from "../simulate/load.ts";
import { READING_TARGETS } from "../simulate/reading-targets.ts";
import { measuredFile } from "../simulate/measured-runs.ts";
import { unwritable } from "../unwritable.ts";
import { frontierText } from "../text/frontier-text.ts";
import { progressFor } from "../text/progress.ts";

const USERS = 16;
/** the length of a context where prompts have no longest */
const UNBOUNDED = 8192;

/** `loadout frontier MODEL` */
export const frontier = guarded(async function (this: CliContext, flags: FrontierFlags, typed?: string) {
  const named = needModel(typed, "frontier");
  const given = await Promise.all((flags.measured ?? []).map(measuredFile));
  const measured = given.flatMap(({ runs }) => runs);
  const { engine = "llama-server", prompt = PROMPT, output = OUTPUT, usersUpTo = USERS, seed = 1 } = flags;
  const byHand = await rigFor(flags);
  const runtime = engine === "embedded" ? embeddedRuntime() : serverRuntime(flags.build);
  const reading = modelFor(this, named, flags, progressFor(this));
  const probed = byHand ? undefined : await machineOf(this);
  const machine: PlannedMachine = probed ?? machineByHand(byHand!, flags);
  const held = (lengths: Lengths) => Math.min(UNBOUNDED, longest(lengths));
  const [promptTokens, answerTokens] = [held(prompt), held(output)];
  const room = roomFor(promptTokens, answerTokens);
  const weights = await withChosenFileType(await reading, machine, flags, runtime, room);
  const { folders } = await homeOf(this);
  const receipts = probed ? await openKnownReceipts(this, folders.data) : undefined;
  let answer: FrontierAnswer;
  try {
    // context beyond what a request takes would cost slots
    const wanted = { ...flags, context: flags.context ?? room };
    const question = fitQuestion({ machine, weights, flags: wanted, receipts, promptTokens, answerTokens, runtime });
    const targets = flags.targets ?? READING_TARGETS;
    const mean = { promptTokens: Math.max(1, meanLength(prompt)), outputTokens: Math.max(1, meanLength(output)) };
    const files = new Set(given.map(({ receipt }) => receipt));
    const before = receipts && probed ? ownReceipts(receipts, probed, question, weights.facts) : [];
    const { measured: known, replies } = await runsAtHand(
      before.filter(({ id }) => !files.has(id)),
      mean,
    );
    const made = frontierOf({
      request: question.request,
      engine,
      load: {
        prompt,
        output,
        mean,
        targets,
        seed,
      },
      usersUpTo,
      measured,
      known,
      replies,
      targetsAsked: flags.targets !== undefined,
    });
    const { rig } = machine.report;
    if (made === undefined) {
      const names = rig.devices.map(({ name }) => name).join(" + ");
      throw new LoadoutError("frontier-no-setting", {
        model: weights.facts.name,
        engine,
        rig: names === "" ? rig.host.cpu.model : names,
        argument: shellWord(weights.argument),
      });
    }
    const more = machine.rigArguments === undefined ? "" : ` ${machine.rigArguments}`;
    const model = shellWord(weights.argument);
    answer = answerFrontier(
      {
        model: weights.facts,
        rig,
        engine,
        asked: { prompt: lengthWords(prompt), output: lengthWords(output), usersUpTo, seed, targets },
        assumptions: [...(machine.assumptions ?? []), ...(weights.assumptions ?? [])],
        next: [
          probed
            ? `loadout serve ${model} --target "ttft p95 1s, ${Math.min(4, usersUpTo)} users" --dry-run`
            : `loadout simulate ${model}${more} --users ${Math.min(4, usersUpTo)}`,
        ],
      },
      made,
    );
  } finally {
    receipts?.close();
  }
  const { chart } = flags;
  if (chart !== undefined)
    await writeFile(chart, frontierChart(answer, new Date().toISOString().slice(0, 10))).catch(unwritable(chart));
  this.out(flags.json ? JSON.stringify(answer, null, 2) : frontierText(answer, this.outStyle));
  return answer.operating.some(({ name, met }) => name === "interactive" && met) ? EXIT.ok : EXIT.no;
});

/** Of this machine, engine and file, newest first. */
function ownReceipts(
  receipts: ReceiptStore,
  machine: Machine,
  { runtime }: FitQuestion,
  { name, fileBytes }: Weights["facts"],
): Receipt[] {
  const { engine, backend } = runtime;
  return receipts
    .list({ machine: machineName(machine), engine, backend })
    .filter(({ model }) => model.name === name && model.fileBytes === fileBytes);
}
