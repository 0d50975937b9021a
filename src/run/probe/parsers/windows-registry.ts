import { known, present } from "./cells.ts";
import { vendorOfName, vendorOfPci, type SeenGpu } from "./seen.ts";

/**
 * The display class of Windows' registry, as `reg export` writes it ("name"=hex(b):00,...) or as `reg query /s` prints it
 * (name  REG_QWORD  0x200000000): the only place where Windows keeps a card's memory in 64 bits.
 */
export function readDisplayRegistry(text: string): SeenGpu[] {
  const keys: Map<string, string>[] = [];
  for (const line of text.replace(/\\\r?\n\s*/g, "").split(/\r?\n/)) {
    if (/^\[?HKEY_/i.test(line)) keys.push(new Map());
    const exported = /^"((?:[^"\\]|\\.)*)"=(.*)$/.exec(line);
    const queried = /^ {2,}(\S.*?) {2,}REG_(\w+) {2,}(.*)$/.exec(line);
    if (exported !== null) keys.at(-1)?.set(exported[1]!, exportedValue(exported[2]!));
    else if (queried !== null) keys.at(-1)?.set(queried[1]!, queried[3]!.trim());
  }
  return keys.flatMap((values) => {
    const totalBytes = sizeOf(values.get("HardwareInformation.qwMemorySize"));
    const name = known(values.get("HardwareInformation.AdapterString")) ?? known(values.get("DriverDesc"));
    const ids = /ven_([0-9a-f]{4})&dev_([0-9a-f]{4})/i.exec(values.get("MatchingDeviceId") ?? "");
    if (totalBytes === undefined) return [];
    const pciId = ids === null ? undefined : `${ids[1]}:${ids[2]}`.toLowerCase();
    const vendor = ids === null ? vendorOfName(name) : vendorOfPci(ids[1]);
    return [present<SeenGpu>({ vendor, name, pciId, totalBytes, driver: known(values.get("DriverVersion")) })];
  });
}

/** Strings lose their quotes and doubled backslashes; `hex(b)`, a little-endian number of 64 bits, becomes "0x...". */
function exportedValue(text: string): string {
  const quoted = /^"(.*)"$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
  const bytes = /^hex\(b\):((?:[0-9a-f]{2},){7}[0-9a-f]{2})$/i.exec(text)?.[1];
  return bytes === undefined ? text : `0x${bytes.split(",").reverse().join("")}`;
}

function sizeOf(text: string | undefined): number | undefined {
  if (!/^0x[0-9a-f]{1,16}$/i.test(text ?? "")) return undefined;
  const bytes = Number(text);
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}
