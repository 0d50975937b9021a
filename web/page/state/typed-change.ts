import { isFlagName, type Change } from "./flags.ts";

/** "--gpu-layers all --cpu-experts 12" as a change of the question; undefined where it is no list of flags that a question has. */
export function typedChange(text: string): Change | undefined {
  const words = text.trim().split(/\s+/);
  const change: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    const [flag = "", value] = words.slice(at, at + 2);
    const name = flag.startsWith("--") ? flag.slice(2) : "";
    if (!isFlagName(name) || value === undefined || value.startsWith("--")) return undefined;
    change[name] = value;
  }
  return change;
}
