import {
  formatBytes,
  formatDuration,
  formatFileBytes,
  formatNumber,
  formatPace,
  formatPercent,
  formatTokens,
} from "../../../src/facts/units/index.ts";
import type { OffloadAnswer } from "../../../src/plan/answer/index.ts";
import { chart } from "../charts.ts";
import { claim, given, type Page, table } from "../page.ts";

const ASK = "loadout offload llama-3.3-70b:IQ4_XS --gpu rtx-4090 --ram 64GB";

export const offload: Page = {
  name: "offload",
  values: async (ask) => {
    const answer = await ask.answer("offload", ASK);
    const { rungs, asked, model, rig } = answer;
    const card = given(rig.devices[0], "card");
    const chat = given(rungs[given(answer.bestChat, "best split for a chat")], "best split for a chat");
    const batch = given(rungs[given(answer.bestBatch, "best split for jobs")], "best split for jobs");
    claim(answer.chat === "painful", "painful for a chat");
    const pace = given(chat.chat.decode, "pace");
    const host = given(
      chat.chat.traffic.places.find(({ where }) => where === "host"),
      "what RAM gives",
    );
    const seconds = given(batch.batch.seconds, "time of the jobs");
    const inRam = (rung: typeof chat) =>
      rung.chat.traffic.places.find(({ where }) => where === "host")?.storedBytes ?? 0;
    claim(inRam(batch) > inRam(chat), "more of the model in RAM leaves room for more caches");
    const [alone, helped] = [rungs.at(-1), rungs.at(-2)].map((rung) => given(rung?.chat.firstTokenMs, "first token"));
    const end = given(answer.ends[0], "where a chat ends");
    claim(end.most < end.of / 2, "the line is crossed long before the model is half in RAM");
    return {
      model: model.name,
      "file-type": model.quantization,
      size: formatFileBytes(model.fileBytes),
      card: card.name,
      vram: formatBytes(given(card.totalBytes, "memory of the card")),
      ram: formatBytes(rig.host.ramBytes),
      says: answer.says,
      rungs: table(
        ["split", "in RAM", "chat, tok/s", "first token", `${asked.jobs} jobs`, "jobs at a time"],
        rungs.map((rung) => rungCells(rung, inRam(rung))),
        [1, 2, 3, 4, 5],
      ),
      "best-name": chat.name,
      "host-token": formatBytes(host.weightBytesPerToken + host.cacheBytesPerToken),
      "host-share": formatPercent(given(pace.workers, "who is busy").host),
      pace: formatPace(pace.tokensPerSec),
      wanted: formatPace(given(asked.targets.decodePerSec, "pace of a reader")),
      ends: `${end.most} of ${end.of} layers in RAM keep a reader's pace, and this card would need ${chat.name.split(" ")[0]} there`,
      jobs: String(asked.jobs),
      "job-in": formatTokens(asked.promptTokens),
      "job-out": String(asked.answerTokens),
      "batch-name": batch.name,
      "batch-at": String(batch.batch.atATime),
      "batch-time": formatDuration(seconds.value * 1000),
      "batch-band": `${formatDuration(seconds.low * 1000)} to ${formatDuration(seconds.high * 1000)}`,
      "cpu-first": formatDuration(given(alone, "first token").value),
      "gpu-first": formatDuration(given(helped, "first token").value),
      chart: chart("offload"),
      instead: table(
        ["instead", "memory", "chat, tok/s", `${asked.jobs} jobs`],
        answer.instead.map(({ name, memoryBytes, chat: its, batch: jobs }) => [
          name,
          memoryBytes === undefined ? "" : formatBytes(memoryBytes),
          its.decode === undefined ? "unknown" : formatNumber(its.decode.tokensPerSec),
          jobs.seconds === undefined ? "unknown" : formatDuration(jobs.seconds.value * 1000),
        ]),
        [1, 2, 3],
      ),
      command: ASK,
    };
  },
};

function rungCells({ name, chat, batch }: OffloadAnswer["rungs"][number], inRam: number): string[] {
  const runs = chat.verdict !== "does not fit";
  const done = batch.verdict !== "does not fit";
  return [
    name,
    formatBytes(inRam),
    runs && chat.decode ? formatNumber(chat.decode.tokensPerSec) : "-",
    runs && chat.firstTokenMs ? formatDuration(chat.firstTokenMs.value) : "-",
    done && batch.seconds ? formatDuration(batch.seconds.value * 1000) : "-",
    done ? String(batch.atATime) : "-",
  ];
}
