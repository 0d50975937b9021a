import { type ArchitectureFacts, ARCHITECTURES } from "./architectures.ts";
import type { ArchitectureKeys } from "./architecture-keys.ts";
import type { Attention } from "./geometry.ts";

/** How far a layer's attention sees, and whether it encodes positions. */
export type Reach = Pick<Attention, "span" | "window" | "rope">;

/** One {@link Reach} a layer, trunk layers first; appended blocks see everything. */
export function reaches(keys: ArchitectureKeys, trunk: number): Reach[] {
  const facts = ARCHITECTURES[keys.architecture] ?? {};
  const window = windowLength(keys, facts.window);
  const windowed = window > 0 ? windowedLayers(keys, facts.window!, trunk) : [];
  const rope = ropeRule(keys, facts.rope, window > 0);
  return Array.from({ length: keys.layers }, (_, layer) => ({
    ...(windowed[layer] ? { span: facts.window!.span, window } : { span: "full" as const }),
    ...(layer >= trunk || rope(layer, windowed[layer] === true) ? {} : { rope: false }),
  }));
}

/** Tokens of the window, 0 where the model has none. */
function windowLength(keys: ArchitectureKeys, facts: ArchitectureFacts["window"]): number {
  if (!facts || (facts.onlyWithLayers !== undefined && facts.onlyWithLayers !== keys.layers)) return 0;
  const stored = keys.count("attention.sliding_window");
  if (stored === 0 || (stored === undefined && facts.onlyWithKey)) return 0;
  if (facts.length && "always" in facts.length) return facts.length.always;
  return stored ?? facts.length?.else ?? keys.required("attention.sliding_window");
}

function windowedLayers(
  keys: ArchitectureKeys,
  facts: NonNullable<ArchitectureFacts["window"]>,
  trunk: number,
): boolean[] {
  const list = keys.list("attention.sliding_window_pattern");
  if (list) {
    return keys.perLayer("attention.sliding_window_pattern", []).map((value) => value !== 0);
  }
  const period = keys.count("attention.sliding_window_pattern") ?? facts.period;
  const full = facts.fullFirst ? 0 : period - 1;
  return Array.from({ length: trunk }, (_, layer) => period === 0 || layer % period !== full);
}

function ropeRule(
  keys: ArchitectureKeys,
  facts: ArchitectureFacts["rope"],
  hasWindow: boolean,
): (layer: number, windowed: boolean) => boolean {
  const pattern = keys.list("attention.rope_pattern");
  if (pattern) return (layer) => pattern[layer] !== 0;
  if (!facts || (facts.onlyWithWindow && !hasWindow)) return () => true;
  if ("on" in facts) return (_, windowed) => windowed;
  const none = facts.at === "first" ? 0 : facts.noneEvery - 1;
  return (layer) => layer % facts.noneEvery !== none;
}
