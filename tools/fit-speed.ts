// Fits the coefficients of the speed model to data/truth/llamacpp-speed*.jsonl and says how far they carry to devices that were
// left out. Writes src/predict/speed/coefficients.json (for the product) and data/speed-folds.json (for the accuracy of rows that
// were used). Usage: node tools/fit-speed.ts [--truth DIR] [--dry]
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type FitCase, fitCases, predicted } from "./accuracy/speed/fit-case.ts";
import { questionKey, type SpeedRow, speedRow } from "./accuracy/speed/row.ts";
import { calibrateBands, devicesByDesign } from "./fit-speed/calibrate-bands.ts";
import type { Fitted } from "./fit-speed/fit.ts";
import { type Folds, foldsOf } from "./fit-speed/folds.ts";
import { PRIORS } from "./fit-speed/priors.ts";
import { bandsText, scoresText } from "./fit-speed/report.ts";
import { VARIANTS } from "./fit-speed/variants.ts";

const KINDS = ["decode", "prefill"] as const;

interface Read {
  readonly rows: SpeedRow[];
  /** by row: what it asks, see {@link questionKey} */
  readonly keys: Map<SpeedRow, string>;
}

function readTruth(folder: string): Read {
  const keys = new Map<SpeedRow, string>();
  const files = readdirSync(folder).filter((file) => file.startsWith("llamacpp-speed") && file.endsWith(".jsonl"));
  for (const file of files.sort()) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const raw: Record<string, unknown> = JSON.parse(line);
      keys.set(speedRow(raw), questionKey(raw));
    }
  }
  return { rows: [...keys.keys()], keys };
}

const rounded = (value: number) => Number(value.toFixed(4));

/** Only what the data says: a coefficient that stayed at its prior's centre of one says nothing. */
function table({ names, solution }: Fitted): Record<string, number[]> {
  return Object.fromEntries(
    names.map((name, at) => [name, [rounded(solution.at[at]!), rounded(solution.deviations[at]!)]]),
  );
}

function values({ names, solution }: Fitted): Record<string, number> {
  return Object.fromEntries(names.map((name, at) => [name, rounded(solution.at[at]!)]));
}

function main(): void {
  const { values: flags } = parseArgs({
    options: {
      truth: { type: "string", default: join(import.meta.dirname, "../data/truth") },
      dry: { type: "boolean", default: false },
    },
  });
  const { rows, keys } = readTruth(flags.truth);
  const { cases, dropped } = fitCases(rows);
  console.log(`${rows.length} rows, ${cases.length} used`);
  for (const [reason, count] of [...dropped].sort((a, b) => b[1] - a[1])) console.log(`  dropped ${count}: ${reason}`);
  console.log(`variants tried so far: ${VARIANTS.length}`);
  for (const [at, variant] of VARIANTS.entries()) console.log(`  ${at + 1}. ${variant}`);

  const folds: Partial<Record<FitCase["kind"], Folds>> = {};
  const bands: Record<string, number> = {};
  const devices: Record<string, number> = {};
  for (const kind of KINDS) {
    const own = cases.filter((one) => one.kind === kind);
    const fitted = foldsOf(kind, own);
    folds[kind] = fitted;
    console.log(`\n${kind}: ${PRIORS[kind].size} coefficients, ${own.length} rows`);
    console.log(
      scoresText(
        "in sample",
        own,
        own.map((one) => predicted(one, fitted.whole.log)),
      ),
    );
    console.log(scoresText("device left out", own, fitted.rates));
    const calibrated = calibrateBands(own, fitted.rates);
    console.log(bandsText(calibrated));
    for (const { name, halfWidth } of calibrated) bands[name] = rounded(halfWidth);
    for (const [design, names] of devicesByDesign(own)) devices[`${kind}:${design}`] = names.size;
  }
  if (flags.dry) return;
  const { decode, prefill } = folds;
  if (!decode || !prefill) return;
  const write = (path: string, value: object) => writeFileSync(join(import.meta.dirname, "..", path), compact(value));
  write("src/predict/speed/coefficients.json", {
    decode: table(decode.whole),
    prefill: table(prefill.whole),
    bands,
    devices,
  });
  const named = [...new Set([...decode.without.keys(), ...prefill.without.keys()])].sort();
  write("data/speed-folds.json", {
    designs: Object.fromEntries(cases.map(({ device, chip }) => [device, chip.design])),
    used: cases.map(({ row }) => keys.get(row)!).sort(),
    folds: Object.fromEntries(
      named.map((device) => [
        device,
        {
          decode: changed(decode, device),
          prefill: changed(prefill, device),
        },
      ]),
    ),
  });
}

/** Coefficients of a fold that differ from the whole fit's. */
function changed(folds: Folds, device: string): Record<string, number> {
  const fold = folds.without.get(device);
  if (!fold) return {};
  const whole = values(folds.whole);
  return Object.fromEntries(Object.entries(values(fold)).filter(([name, value]) => value !== whole[name]));
}

/** One entry a line, so that a change of the fit can be read. */
function compact(value: object): string {
  const groups = Object.entries(value).map(([name, group]: [string, object]) => {
    const [open, close] = Array.isArray(group) ? ["[", "]"] : ["{", "}"];
    const lines = Array.isArray(group)
      ? group.map((part) => JSON.stringify(part))
      : Object.entries(group).map(([key, part]) => `${JSON.stringify(key)}:${JSON.stringify(part)}`);
    return `${JSON.stringify(name)}:${open}\n${lines.join(",\n")}\n${close}`;
  });
  return `{\n${groups.join(",\n")}\n}\n`;
}

if (import.meta.main) main();
