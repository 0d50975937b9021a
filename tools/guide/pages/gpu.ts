import {
  formatBytes,
  formatFileBytes,
  formatNumber,
  formatPace,
  formatRate,
  formatTokens,
} from "../../../src/facts/units/index.ts";
import type { CardRow } from "../../../src/plan/answer/index.ts";
import { NAPKIN } from "../examples.ts";
import { claim, given, part, type Page, table } from "../page.ts";

const ASK = "loadout gpus --for qwen3.6-27b:Q4_K_M --context 32k --psu 650W";
const SHOWN = 8;
const BEHIND = 3;

export const gpu: Page = {
  name: "2-gpu",
  values: async (ask) => {
    const napkin = await ask.answer("fit", NAPKIN);
    const card = given(napkin.rig.devices[0], "card");
    const bandwidth = given(card.bandwidthBytesPerSec, "bandwidth");
    const weights = part(given(napkin.memory, "memory"), "device-0", "weights").value;
    const decode = given(napkin.speed.decode, "pace");
    const cards = await ask.answer("cards", ASK);
    const slow = given(
      cards.rows.find(({ because }) => because !== undefined),
      "card that fits and is slower",
    );
    const rival = given(/one (.+) has ([\d.]+) times .*: ([\d.]+) tok\/s$/.exec(slow.because!) ?? undefined, "rival");
    const lost = given(slow.decode, "pace").tokensPerSec / Number(rival[3]);
    claim(lost > 1.5, "the faster card loses by a factor");
    const first = given(cards.rows[0], "first card");
    const left = given(
      cards.leftOut.find(({ checks }) => checks.some(({ key, verdict }) => key === "power" && verdict === "fails")),
      "card that the power supply leaves out",
    );
    const power = given(
      left.checks.find(({ key }) => key === "power"),
      "check of power",
    );
    claim(power.because.startsWith("1.25 x"), "a quarter on top is headroom");
    const least = given(cards.smallest.sure, "smallest rig that is fast enough");
    return {
      model: napkin.model.name,
      "file-type": napkin.model.quantization,
      card: card.name,
      bandwidth: formatRate(bandwidth),
      weights: formatFileBytes(weights),
      ceiling: formatNumber(bandwidth / weights),
      pace: formatPace(decode.tokensPerSec),
      share: `${formatNumber((decode.tokensPerSec / (bandwidth / weights)) * 100)}%`,
      prefill: formatPace(given(napkin.speed.prefill, "pace of prompts").tokensPerSec),
      big: cards.model.name,
      "big-type": cards.model.quantization,
      "big-context": formatTokens(cards.context),
      supply: `${given(cards.limits.supply, "supply").watts} W`,
      cards: cardTable(cards.rows.filter(({ whole }) => !whole).slice(0, SHOWN), slow),
      behind: cardTable(cards.behind.slice(0, BEHIND)),
      "slow-name": slow.name,
      "slow-why": given(slow.because, "reason"),
      lost: formatNumber(lost, 2),
      "first-name": first.name,
      checks: table(
        ["check", "says", "because"],
        first.checks.map(({ key, verdict, because, recalled }) => [
          key,
          verdict,
          because + (recalled ? " (recalled, not sourced)" : ""),
        ]),
      ),
      "left-count": String(cards.counts.leftOut),
      "left-name": left.name,
      "left-check": power.key,
      "left-why": power.because,
      readers: formatPace(cards.smallest.pace),
      smallest: `it is ${nameOf(least)}, ${formatBytes(least.memoryBytes)}`,
      command: ASK,
    };
  },
};

function nameOf({ count, name }: CardRow): string {
  return count === 1 ? name : `${count} x ${name}`;
}

/** The best, and one that must be among them. */
function cardTable(rows: readonly CardRow[], also?: CardRow): string {
  const shown = also === undefined || rows.includes(also) ? rows : [...rows, also];
  return table(
    ["device", "memory", "bandwidth", "fits", "tok/s, empty", "tok/s, full", "machine under load"],
    shown.map((row) => [
      nameOf(row),
      formatBytes(row.memoryBytes),
      row.bandwidthBytesPerSec === undefined ? "unknown" : formatRate(row.bandwidthBytesPerSec),
      row.onCpu === undefined ? row.verdict : `${row.onCpu.count} ${row.onCpu.kind} on the processor`,
      row.decode === undefined ? "unknown" : formatNumber(row.decode.tokensPerSec),
      row.each === undefined ? "unknown" : formatNumber(row.each.tokensPerSec),
      row.loadWatts === undefined ? "unknown" : `${row.loadWatts} W`,
    ]),
    [1, 2, 4, 5, 6],
  );
}
