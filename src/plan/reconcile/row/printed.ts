import type { Fields } from "../fields.ts";
import { deviceOf } from "./settings.ts";

/** A figure of a log in bytes, with half of its last digit. */
export interface Printed {
  readonly term: string;
  readonly truth: number;
  readonly precision: number;
}

const MIB = 2 ** 20;
/** half of a hundredth MiB, with room for the rounding of the figure itself */
const HALF_DIGIT = 0.005 * MIB + 1;

/**
 * Figures of a row by term. `kv`, `kv_window`, `recurrent`, `output` and `compute` are of all devices together (`compute` of the CPU where
 * there is no device), `kv_gpu[i]`, `compute_gpu[i]`, `model_gpu[i]` of one, `host` is the host's compute beside devices.
 */
export function printedTerms(row: Fields, labels: readonly string[]): Printed[] {
  const measured = row.group("measured");
  const whole = measured.has("breakdown_MiB");
  const terms: Printed[] = [];
  const add = (term: string, sizes: readonly number[]): void => {
    if (sizes.length === 0) return;
    const truth = Math.round(sizes.reduce((sum, size) => sum + size, 0) * MIB);
    // tables are cut to whole MiB
    const each = whole && sizes.every(Number.isInteger) ? MIB : HALF_DIGIT;
    terms.push({ term, truth, precision: each * sizes.length });
  };
  const kv = sizesOf(measured, "kv_MiB");
  const total = measured.has("kv_total_MiB") ? [measured.number("kv_total_MiB")] : kv.map(([, size]) => size);
  add("kv", total);
  for (const key of ["swa_kv", "recurrent", "output_buffer"]) {
    const name = key === "swa_kv" ? "kv_window" : key.replace("_buffer", "");
    if (measured.has(`${key}_MiB`)) add(name, [measured.number(`${key}_MiB`)]);
  }
  const byDevice = (term: string, sizes: readonly (readonly [string, number])[]): void => {
    labels.forEach((label, index) => {
      add(
        `${term}_gpu[${index}]`,
        sizes.filter(([each]) => each.replace(/(?:_Mapped|_Private)?(?:#\d+)?$/, "") === label).map(([, size]) => size),
      );
    });
  };
  if (labels.length > 1) byDevice("kv", kv);
  const compute = sizesOf(measured, "compute_buffers_MiB");
  const onDevices = compute.filter(([label]) => deviceOf(label) !== undefined);
  const onHost = compute.filter(([label]) => deviceOf(label) === undefined);
  add(
    "compute",
    (onDevices.length > 0 ? onDevices : onHost).map(([, size]) => size),
  );
  if (onDevices.length > 0)
    add(
      "host",
      onHost.map(([, size]) => size),
    );
  if (labels.length > 1) byDevice("compute", compute);
  const models = sizesOf(measured, "model_buffers_MiB");
  byDevice("model", models);
  add(
    "model_host",
    models.filter(([label]) => deviceOf(label) === undefined).map(([, size]) => size),
  );
  if (terms.length === 0 && measured.has("device_total_MiB"))
    add("device_total", [measured.number("device_total_MiB")]);
  return terms;
}

function sizesOf(measured: Fields, key: string): [string, number][] {
  if (!measured.has(key)) return [];
  const group = measured.group(key);
  return group.keys().map((label) => [label, group.number(label)]);
}
