import type { PaceInput } from "./input.ts";
import type { Place } from "./places.ts";

/** The device that multiplies host weights in prompts: of this machine, the first that has layers, or the first at all. */
export function helperOf({ opOffload = true, devices }: PaceInput, places: readonly Place[]): number | undefined {
  if (!opOffload) return undefined;
  const own = (at: number) => devices[at]?.node === undefined;
  const used = places.flatMap(({ where }) => (where !== "host" && own(where) ? [where] : []));
  const any = devices.findIndex(({ node }) => node === undefined);
  return used[0] ?? (any < 0 ? undefined : any);
}
