import { formatTokens } from "../../../facts/units/index.ts";
import type { FitAnswer, ReportLoadout } from "../../../plan/answer/index.ts";

/** Loadouts with names that tell them apart: the model in its file type, and where that is not enough the rig, then settings. */
export function withNames(loadouts: readonly Omit<ReportLoadout, "name">[]): ReportLoadout[] {
  const parts = loadouts.map(({ fit }) => partsOf(fit));
  const names = parts.map(([name]) => name!);
  const alike = (at: number) => names.flatMap((name, other) => (name === names[at] ? [other] : []));
  for (let part = 1; part < (parts[0]?.length ?? 0); part += 1) {
    // of those that are called alike so far, what is not the same of all
    const unlike = names.map((_, at) => new Set(alike(at).map((other) => parts[other]![part])).size > 1);
    unlike.forEach((differs, at) => {
      if (differs && parts[at]![part] !== "") names[at] += `, ${parts[at]![part]}`;
    });
  }
  const counts = new Map<string, number>();
  return loadouts.map((loadout, at) => {
    const name = names[at]!;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { name: count === 1 ? name : `${name} (${count})`, ...loadout };
  });
}

function partsOf({ model, rig, runtime, goal, decisions }: FitAnswer): string[] {
  const setting = (name: string, shown: (value: string) => string) => {
    const value = decisions.find((decision) => decision.setting === name)?.value;
    return value === undefined ? "" : shown(String(value));
  };
  const devices = rig.devices.map(({ name }) => name.replace(/^GeForce /, ""));
  return [
    `${model.name} ${model.quantization}`,
    devices.length === 0 ? "no GPU" : devices.length > 1 ? `${devices.length} x ${devices[0]}` : devices[0]!,
    runtime.engine,
    goal,
    setting("users", (value) => `${value} users`),
    setting("context", (value) => `${formatTokens(Number(value))} of context`),
    setting("kv type", (value) => `cache ${value}`),
    setting("layers on device", (value) => `${value} layers`),
  ];
}
