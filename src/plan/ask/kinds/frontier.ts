import { LoadoutError } from "../../../facts/errors/index.ts";
import { frontier, type MeasuredLoad } from "../../advise/index.ts";
import { answerFrontier, type FrontierAnswer } from "../../answer/index.ts";
import { shellWord } from "../../command/index.ts";
import { roomFor } from "../../fit/index.ts";
import { type Lengths, meanLength } from "../../../predict/serving/index.ts";
import {
  embeddedRuntime,
  type FrontierFlags,
  lengthWords,
  longest,
  OUTPUT,
  PROMPT,
  READING_TARGETS,
  serverRuntime,
} from "../flags/index.ts";
import { type Asking, fitQuestion, machineByHand, rigFor, withChosenFileType } from "../question/index.ts";

const USERS = 16;
/** the length of a context where prompts have no longest */
const UNBOUNDED = 8192;

/** `frontier MODEL`. `measured`: runs to stand beside what is predicted. */
export async function askFrontier(
  asking: Asking,
  flags: FrontierFlags,
  model: string,
  measured: readonly MeasuredLoad[] = [],
): Promise<FrontierAnswer> {
  const { engine = "llama-server", prompt = PROMPT, output = OUTPUT, usersUpTo = USERS, seed = 1 } = flags;
  const byHand = await rigFor(flags);
  const runtime = engine === "embedded" ? embeddedRuntime() : serverRuntime(flags.build);
  const [read, machine] = await Promise.all([
    asking.model(model, flags),
    byHand ? machineByHand(byHand, flags) : asking.machine(),
  ]);
  const held = (lengths: Lengths) => Math.min(UNBOUNDED, longest(lengths));
  const [promptTokens, answerTokens] = [held(prompt), held(output)];
  const room = roomFor(promptTokens, answerTokens);
  const weights = await withChosenFileType(read, machine, flags, runtime, room);
  const { before, runs } = (byHand ? undefined : await asking.here?.(machine, weights)) ?? {};
  // context beyond what a request takes would cost slots
  const wanted = { ...flags, context: flags.context ?? room };
  const question = fitQuestion({ machine, weights, flags: wanted, before, promptTokens, answerTokens, runtime });
  const targets = flags.targets ?? READING_TARGETS;
  const mean = { promptTokens: Math.max(1, meanLength(prompt)), outputTokens: Math.max(1, meanLength(output)) };
  const { backend } = question;
  const here = await runs?.({ engine: runtime.engine, backend, model: weights.facts }, mean);
  // a file that was given may be of a run that is known here
  const given = new Set(measured.map(({ receipt }) => receipt));
  const made = frontier({
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
    ...(here && {
      known: here.known.filter(({ receipt }) => receipt === undefined || !given.has(receipt)),
      replies: here.replies,
    }),
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
  const named = shellWord(weights.argument);
  const people = Math.min(4, usersUpTo);
  return answerFrontier(
    {
      model: weights.facts,
      rig,
      engine,
      asked: { prompt: lengthWords(prompt), output: lengthWords(output), usersUpTo, seed, targets },
      assumptions: [...(machine.assumptions ?? []), ...(weights.assumptions ?? [])],
      next: [
        byHand
          ? `loadout simulate ${named}${more} --users ${people}`
          : `loadout serve ${named} --target "ttft p95 1s, ${people} users" --dry-run`,
      ],
    },
    made,
  );
}
