import { LoadoutError } from "../../errors/index.ts";

/** One wish for devices: how many, and which. */
interface CountedName {
  readonly count: number;
  readonly name: string;
}

/** Back ends that one engine takes, the CPU's among them (GGML_SCHED_MAX_BACKENDS 16). */
export const MOST_DEVICES = 15;

/** "2x rtx-3090", "2xrtx-3090", "rtx-3090 x2": how many and which. */
function countedName(text: string, what: string): CountedName {
  const before = /^\s*(\d{1,2})\s*[x×*]\s*(?=\S)/i.exec(text);
  const after = before ? null : /[\s:]+[x×*]\s*(\d+)\s*$/i.exec(text);
  const count = Number(before?.[1] ?? after?.[1] ?? 1);
  const name = (before ? text.slice(before[0].length) : after ? text.slice(0, after.index) : text).trim();
  if (name === "" || !(count >= 1 && count <= MOST_DEVICES)) {
    throw new LoadoutError("bad-quantity", {
      what,
      expected: `a device, or 1 to ${MOST_DEVICES} of it`,
      got: text,
      example: "rtx-3090 or 2xrtx-3090",
    });
  }
  return { count, name };
}

/** Devices in one text: "2x rtx-3090 + rtx-4060", with commas too. */
function listed(text: string): string[] {
  return text.split(/\s*,\s*|\s*\+(?=\s*\d+\s*[x×*]|\s*[a-z]|\s*\d+\s*g)\s*/i).filter((part) => part.trim() !== "");
}

/** One wish, as many times as it is counted; several may stand in one text. */
export function wishes<Wish>(text: string, what: string, read: (name: string) => Wish): Wish[] {
  const parts = listed(text);
  return (parts.length > 0 ? parts : [text]).flatMap((part) => {
    const { count, name } = countedName(part, what);
    const wish = read(name);
    return Array.from({ length: count }, () => wish);
  });
}
