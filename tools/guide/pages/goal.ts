import { formatBytes, formatDuration, formatNumber, formatPace, formatTokens } from "../../../src/facts/units/index.ts";
import type { FitAnswer } from "../../../src/plan/answer/index.ts";
import { chosen, decisionOn, NAPKIN } from "../examples.ts";
import { claim, given, type Page, table } from "../page.ts";

const GOALS = ["interactive", "mixed", "batch", "finetune"] as const;

export const goal: Page = {
  name: "0-goal",
  values: async (ask) => {
    const commands = GOALS.map((each) => `${NAPKIN} --goal ${each}`);
    const answers: FitAnswer[] = [];
    for (const command of commands) answers.push(await ask.answer("fit", command));
    const [interactive, mixed, batch, finetune] = answers.map((answer) => ({ ...answer, ...pacesOf(answer) }));
    if (!interactive || !mixed || !batch || !finetune) throw new Error("four goals have four answers");
    claim(interactive.users === 1, "one person gets everything");
    claim(batch.each < interactive.alone && batch.all > interactive.alone, "each job crawls, together they make more");
    claim(mixed.step < batch.step, "the step of mixed is smaller than that of batch");
    const training = new Map(given(finetune.training, "memory of training").map((row) => [row.key, row.value]));
    return {
      model: interactive.model.name,
      "file-type": interactive.model.quantization,
      card: given(interactive.rig.devices[0]?.name, "card"),
      goals: table(
        ["goal", "users", "context of each", "tokens a step", "first token", "one alone, empty", "all together, full"],
        [interactive, mixed, batch].map(({ goal: name, users, context, step, firstMs, alone, all }) => [
          name,
          String(users),
          formatTokens(context),
          String(step),
          formatDuration(firstMs),
          formatPace(alone),
          formatPace(all),
        ]),
        [1, 2, 3, 4, 5, 6],
      ),
      alone: formatPace(interactive.alone),
      "interactive-all": formatPace(interactive.all),
      "batch-users": String(batch.users),
      "batch-each": formatPace(batch.each),
      "batch-all": formatPace(batch.all),
      "batch-gain": formatNumber(batch.all / interactive.all, 2),
      "interactive-step": decisionOn(interactive.decisions, "micro-batch").because,
      "batch-why": decisionOn(batch.decisions, "users").because,
      "mixed-step": decisionOn(mixed.decisions, "micro-batch").because,
      "mixed-tokens": String(mixed.step),
      "batch-tokens": String(batch.step),
      "mixed-all": formatPace(mixed.all),
      qlora: formatBytes(given(training.get("qlora"), "QLoRA")),
      full: formatBytes(given(training.get("full-mixed"), "full training")),
      commands: commands.join("\n"),
    };
  },
};

/** What the table says of a plan; together: all users decoding with full contexts, of one alone its own full context. */
function pacesOf({ decisions, speed }: FitAnswer) {
  const users = Number(chosen(decisions, "users"));
  const alone = given(speed.decode, "pace").tokensPerSec;
  const full = given(speed.decodeFull, "pace with a full context").tokensPerSec;
  const each = speed.each?.tokensPerSec ?? full;
  return {
    users,
    alone,
    each,
    all: users * each,
    context: Number(chosen(decisions, "context")),
    step: Number(chosen(decisions, "micro-batch")),
    firstMs: given(speed.firstTokenMs, "time to the first token").value,
  };
}
