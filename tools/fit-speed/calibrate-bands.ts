import { bandName, DEEP } from "../../src/predict/speed/index.ts";
import type { FitCase } from "../accuracy/speed/fit-case.ts";

const SHARE = 0.8;
/** Back ends with fewer devices share one band. */
const LEAST_DEVICES = 5;

export interface Band {
  readonly name: string;
  readonly halfWidth: number;
  readonly rows: number;
  readonly devices: number;
  /** share of each device's rows that the other devices' band holds, devices alike */
  readonly nestedCoverage: number;
}

interface Residual {
  readonly device: string;
  readonly size: number;
  readonly weight: number;
}

/** Classes as a prediction without the device would see them: a design is unseen where the device is its only one. */
export function classOf(one: FitCase, devices: ReadonlyMap<string, ReadonlySet<string>>): string {
  return bandName({
    kind: one.kind,
    backend: one.conditions.program === "localscore" ? "localscore" : one.chip.backend,
    experts: one.load.expertBytes > 0,
    deep: (one.kind === "decode" ? one.depth : one.context) > DEEP,
    unseen: (devices.get(one.chip.design)?.size ?? 0) < 2,
  });
}

export function devicesByDesign(cases: readonly FitCase[]): Map<string, Set<string>> {
  const devices = new Map<string, Set<string>>();
  for (const { chip, device } of cases) devices.set(chip.design, (devices.get(chip.design) ?? new Set()).add(device));
  return devices;
}

/**
 * Half-widths that hold four of five residuals of devices left out, each device counting alike. What they hold of a device whose
 * own residuals were not used stands beside them: few devices need no wider band by rule, since it would not be what is held.
 */
export function calibrateBands(cases: readonly FitCase[], rates: readonly number[]): Band[] {
  const devices = devicesByDesign(cases);
  const groups = new Map<string, Residual[]>();
  const counts = new Map<string, number>();
  const names = cases.map((one) => classOf(one, devices));
  for (const [at, { device }] of cases.entries()) {
    const key = `${names[at]}|${device}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [at, one] of cases.entries()) {
    const name = names[at]!;
    const residual = {
      device: one.device,
      size: Math.abs(Math.log(one.tokensPerSec / rates[at]!)),
      weight: 1 / counts.get(`${name}|${one.device}`)!,
    };
    const backend = one.conditions.program === "localscore" ? [] : [`${name}:${one.chip.backend}`];
    for (const group of [name, ...backend]) groups.set(group, [...(groups.get(group) ?? []), residual]);
  }
  return [...groups]
    .map(([name, residuals]) => bandOf(name, residuals))
    .filter(({ name, devices: count }) => name.split(":").length === 2 || count >= LEAST_DEVICES);
}

function bandOf(name: string, residuals: readonly Residual[]): Band {
  const devices = [...new Set(residuals.map(({ device }) => device))];
  const count = devices.length;
  let held = 0;
  for (const device of devices) {
    const others = residuals.filter((one) => one.device !== device);
    const own = residuals.filter((one) => one.device === device);
    const half = others.length === 0 ? 0 : quantile(others, SHARE);
    held += own.filter(({ size }) => size <= half).length / own.length;
  }
  return {
    name,
    halfWidth: quantile(residuals, SHARE),
    rows: residuals.length,
    devices: count,
    nestedCoverage: held / count,
  };
}

function quantile(residuals: readonly Residual[], share: number): number {
  const sorted = [...residuals].sort((a, b) => a.size - b.size);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  for (const { size, weight } of sorted) {
    sum += weight;
    if (sum >= share * total - 1e-9) return size;
  }
  return sorted.at(-1)?.size ?? 0;
}
