// Fits the coefficients of the speed model to data/truth/llamacpp-speed*.jsonl and says how far they carry to devices that were
// left out. Writes src/predict/speed/coefficients.json (for the product) and data/speed-folds.json (for the accuracy of rows that
// were used). Usage: node tools/fit-speed.ts [--truth DIR] [--dry]
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatPercent } from "../src/facts/units/index.ts";
import { type FitCase, fitCases, predicted } from "./accuracy/speed/fit-case.ts";
import { serverCase, type ServerCase } from "./accuracy/speed/server/case.ts";
import { serverRow } from "./accuracy/speed/server/row.ts";
import { questionKey, type SpeedRow, speedRow } from "./accuracy/speed/row.ts";
import { calibrateBands, devicesByDesign } from "./fit-speed/calibrate-bands.ts";
import type { Fitted } from "./fit-speed/fit.ts";
import { type Folds, foldsOf } from "./fit-speed/folds.ts";
import { PRIORS } from "./fit-speed/priors.ts";
import { bandsText, scoresText } from "./fit-speed/report.ts";
import { fitServers, lookupIn, type ServerFit, serverRate, withoutGroups } from "./fit-speed/servers.ts";
import { median } from "./fit-speed/statistics.ts";
import { VARIANTS } from "./fit-speed/variants.ts";

const KINDS = ["decode", "prefill"] as const;

interface Servers {
  readonly coefficients: Record<string, number[]>;
  readonly halfWidth: number;
  readonly folds: Record<string, Record<string, number>>;
}

/** vLLM on one rig, each model and format, layout, and model left out. */
function fitServerFile(folder: string): Servers {
  const cases = readLines(folder, "server-speed").flatMap((raw) => serverCase(serverRow(raw)) ?? []);
  const whole = fitServers(cases);
  console.log(`\nservers: ${whole.size} coefficients, ${cases.length} rows of vLLM on RTX 3090`);
  const formats = withoutGroups(cases, ({ format }) => format);
  console.log(
    serverText(
      "in sample",
      cases,
      cases.map(({ question }) => serverRate(question, lookupIn(whole))),
    ),
  );
  console.log(serverText("model and format left out", cases, formats.rates));
  console.log(serverText("layout left out", cases, withoutGroups(cases, ({ layout }) => layout).rates));
  console.log(serverText("model left out", cases, withoutGroups(cases, ({ model }) => model).rates));
  const sizes = cases.map(({ rate }, at) => Math.abs(Math.log(formats.rates[at]! / rate))).sort((a, b) => a - b);
  const plain = (fit: ServerFit) => Object.fromEntries([...fit].map(([name, [log]]) => [name, rounded(log)]));
  return {
    coefficients: Object.fromEntries([...whole].map(([name, values]) => [name, values.map(rounded)])),
    halfWidth: rounded(sizes[Math.floor(sizes.length * 0.8)] ?? 0.5),
    folds: Object.fromEntries([...formats.fits].map(([name, fit]) => [name, plain(fit)])),
  };
}

function serverText(what: string, cases: readonly ServerCase[], rates: readonly number[]): string {
  const errors = cases.map(({ rate }, at) => Math.abs(rates[at]! / rate - 1)).sort((a, b) => a - b);
  return `  ${what.padEnd(28)} median ${formatPercent(median(errors))}, nine of ten within ${formatPercent(errors[Math.floor(errors.length * 0.9)] ?? 0)}`;
}

interface Read {
  readonly rows: SpeedRow[];
  /** by row: what it asks, see {@link questionKey} */
  readonly keys: Map<SpeedRow, string>;
}

function readLines(folder: string, prefix: string): Record<string, unknown>[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(prefix) && file.endsWith(".jsonl"));
  return files.sort().flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line): Record<string, unknown> => JSON.parse(line)),
  );
}

function readTruth(folder: string): Read {
  const keys = new Map(readLines(folder, "llamacpp-speed").map((raw) => [speedRow(raw), questionKey(raw)]));
  return { rows: [...keys.keys()], keys };
}

const rounded = (value: number) => Number(value.toFixed(4));

/** Logarithm and standard error of each coefficient. */
function table({ names, solution }: Fitted): Record<string, number[]> {
  return Object.fromEntries(
    names.map((name, at) => [name, [rounded(solution.at[at]!), rounded(solution.deviations[at]!)]]),
  );
}

function plainValues({ names, solution }: Fitted): Record<string, number> {
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
  const servers = fitServerFile(flags.truth);
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
  write("src/predict/serving/coefficients.json", { vllm: servers.coefficients, bands: { vllm: servers.halfWidth } });
  const named = [...new Set([...decode.without.keys(), ...prefill.without.keys()])].sort();
  write("data/speed-folds.json", {
    designs: Object.fromEntries(cases.map(({ device, chip }) => [device, chip.design])),
    servers: servers.folds,
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
  const whole = plainValues(folds.whole);
  return Object.fromEntries(Object.entries(plainValues(fold)).filter(([name, value]) => value !== whole[name]));
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
