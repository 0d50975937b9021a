import { known, present, wholeNumber } from "./cells.ts";
import type { SeenCpu } from "./seen.ts";

/** `sysctl NAME...` prints "name: value" (or "name = value"); the names that do not exist go to stderr. */
export function readSysctl(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([a-z][\w.]*)(?:: | = |:$)(.*)$/i.exec(line.trimEnd());
    if (match !== null) values.set(match[1]!, match[2]!.trim());
  }
  return values;
}

/** `sysctl -n NAME...` prints values only, in the order asked. Lines that do not match the names make it no answer. */
export function readSysctlValues(text: string, names: readonly string[]): ReadonlyMap<string, string> {
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.length !== names.length) return new Map();
  return new Map(names.map((name, at) => [name, lines[at]!.trim()]));
}

/** The processor in a Mac's sysctl values. */
export function cpuOfSysctl(values: ReadonlyMap<string, string>): SeenCpu {
  const number = (...names: string[]) =>
    names.map((name) => wholeNumber(values.get(name))).find((value) => value !== undefined);
  const model = known(values.get("machdep.cpu.brand_string"));
  // Intel Macs list extensions as words, Apple silicon as one switch a name
  const words = [values.get("machdep.cpu.features"), values.get("machdep.cpu.leaf7_features")]
    .filter((list) => list !== undefined)
    .flatMap((list) => list.split(/\s+/).filter(Boolean));
  const switches = [...values].filter(([name, value]) => name.startsWith("hw.optional.") && value === "1");
  const flags = [...words, ...switches.map(([name]) => name.slice(name.lastIndexOf(".") + 1))];
  return present<SeenCpu>({
    model,
    vendor: model?.startsWith("Apple") === true ? "Apple" : known(values.get("machdep.cpu.vendor")),
    physicalCores: number("hw.physicalcpu", "machdep.cpu.core_count"),
    logicalCores: number("hw.logicalcpu", "hw.ncpu", "machdep.cpu.thread_count"),
    performanceCores: number("hw.perflevel0.physicalcpu"),
    efficiencyCores: number("hw.perflevel1.physicalcpu"),
    flags: flags.length === 0 ? undefined : flags,
  });
}

/** `vm.swapusage`: "total = 2048.00M  used = 1024.50M  free = 1023.50M  (encrypted)", M of 2^20 bytes. */
export function swapTotalBytes(values: ReadonlyMap<string, string>): number | undefined {
  const megabytes = Number(/total = (\d+(?:\.\d+)?)M/.exec(values.get("vm.swapusage") ?? "")?.[1]);
  return Number.isFinite(megabytes) ? Math.round(megabytes * 2 ** 20) : undefined;
}
