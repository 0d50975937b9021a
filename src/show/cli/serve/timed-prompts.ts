import type { MeasuredPrompt } from "../../../predict/serving/index.ts";
import type { ReceiptStore } from "../../../run/receipt/index.ts";
import type { CliContext } from "../context.ts";
import type { Machine } from "../machine.ts";
import { withoutReceipts } from "../receipts-at-hand.ts";
import type { Progress } from "../text/progress.ts";
import type { PlannedModel } from "./plan-model.ts";
import { promptsOf } from "./prompts-known.ts";
import { engineOf, specOf } from "./servable.ts";

/** Times what a plan asks for on the very engine that is going to serve, and keeps it. */
export async function timeAndKeep(
  context: CliContext,
  planned: PlannedModel,
  {
    machine,
    receipts,
    progress,
  }: { readonly machine: Machine; readonly receipts: ReceiptStore | undefined; readonly progress: Progress },
): Promise<readonly MeasuredPrompt[]> {
  const [first] = planned.engines;
  const { calibrate } = planned.answer;
  if (!first || calibrate.length === 0) return [];
  const { readSuite, timePrompts } = await import("../../../run/bench/index.ts");
  const { passages } = await readSuite();
  const spec = specOf(planned, first, { name: "timed", use: "generate" });
  const measured = await timePrompts(engineOf(planned.choice, first), spec, calibrate, {
    text: passages
      .filter(({ language }) => language === "English")
      .map(({ text }) => text)
      .join(" "),
    onProgress: (what) => progress.update(`${planned.weights.facts.name}: ${what} ...`),
    signal: context.signal,
  });
  progress.done();
  if (receipts) withoutReceipts(context, () => receipts.keepPrompts(promptsOf({ machine, ...planned }), measured));
  return measured;
}
