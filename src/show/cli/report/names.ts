import type { FitAnswer, ReportLoadout } from "../../../plan/answer/index.ts";

/** Loadouts with names that tell them apart: the file type where the models are alike, then the rig, then settings. */
export function withNames(loadouts: readonly Omit<ReportLoadout, "name">[]): ReportLoadout[] {
  const parts = loadouts.map(({ fit }) => partsOf(fit));
  // the model and its file type always, of the rest what is not the same everywhere
  const said = parts.map((own) =>
    own.filter((part, at) => at < 2 || new Set(parts.map((other) => other[at])).size > 1).filter((part) => part !== ""),
  );
  const names = said.map((words) => words.join(", ").replace(", ", " "));
  return loadouts.map((loadout, at) => {
    const before = names.slice(0, at).filter((name) => name === names[at]).length;
    return { name: before === 0 ? names[at]! : `${names[at]} (${before + 1})`, ...loadout };
  });
}

function partsOf({ model, rig, runtime, goal, decisions }: FitAnswer): string[] {
  const setting = (name: string, shown: (value: string) => string) => {
    const value = decisions.find((decision) => decision.setting === name)?.value;
    return value === undefined ? "" : shown(String(value));
  };
  const devices = rig.devices.map(({ name }) => name.replace(/^GeForce /, ""));
  return [
    model.name,
    model.quantization,
    devices.length === 0 ? "no GPU" : devices.length > 1 ? `${devices.length} x ${devices[0]}` : devices[0]!,
    runtime.engine,
    goal,
    setting("users", (value) => `${value} users`),
    setting("context", (value) => `context ${value}`),
    setting("kv type", (value) => `cache ${value}`),
    setting("layers on device", (value) => `${value} layers`),
  ];
}
