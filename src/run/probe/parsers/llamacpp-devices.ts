import { present, wholeNumber } from "./cells.ts";
import { backendOfId, type EngineDevice } from "./engine-device.ts";
import { isSoftwareName, pciAddress } from "./seen.ts";

const MIB = 2 ** 20;

/** A device while lines about it are gathered. */
type Draft = { -readonly [K in keyof EngineDevice]?: EngineDevice[K] | undefined };

/** What one form of line says; the id is undefined where the line does not name a device. */
type Line = { readonly id: string } & Draft;

/**
 * llama.cpp's texts that name devices: `--list-devices`, rpc-server's list, the backends' greetings, "using device" lines
 * and the memory breakdown. Each kind of line adds what it knows; the processor's entries are left out.
 */
export function readLlamacppDevices(text: string): EngineDevice[] {
  const drafts = new Map<string, Draft>();
  let family = "CUDA";
  for (const raw of text.split(/\r?\n/)) {
    family = /found \d+ (CUDA|ROCm|MUSA) devices/.exec(raw)?.[1] ?? family;
    const line = greeting(raw, family) ?? vulkanGreeting(raw) ?? listed(raw) ?? used(raw) ?? breakdown(raw);
    if (line === undefined || /^(CPU|BLAS|Host)$/i.test(line.id)) continue;
    // The first line to say a thing is believed: lists come before loads.
    drafts.set(line.id, { ...present<Draft>(line), ...drafts.get(line.id) });
  }
  return [...drafts].map(([id, draft]) => finish(id, draft));
}

function finish(id: string, draft: Draft): EngineDevice {
  const backend = backendOfId(id);
  const budgeted =
    draft.totalBytes !== undefined && draft.freeBytes !== undefined && draft.freeBytes < draft.totalBytes;
  return present<EngineDevice>({
    ...draft,
    id,
    backend,
    freeIsMeasured: draft.freeBytes === undefined ? undefined : backend !== "vulkan" || budgeted,
    software: isSoftwareName(draft.name) ? true : undefined,
  });
}

/** "  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes" */
function greeting(line: string, family: string): Line | undefined {
  const match = /^\s+Device (\d{1,3}): (.+?), (?:compute capability (\d+\.\d+)|(gfx\w+)).*?VMM:/.exec(line);
  if (match === null) return undefined;
  const vram = wholeNumber(/VRAM: (\d+) MiB/.exec(line)?.[1]);
  return { id: `${family}${match[1]}`, name: match[2], architecture: match[3] ?? match[4], totalBytes: bytes(vram) };
}

/** "ggml_vulkan: 0 = NAME (driver) | uma: 1 | ..." */
function vulkanGreeting(line: string): Line | undefined {
  const match = /ggml_vulkan: (\d{1,3}) = (.+?) \([^()]*\) \| uma: ([01])/.exec(line);
  if (match === null) return undefined;
  return { id: `Vulkan${match[1]}`, name: match[2], memoryKind: match[3] === "1" ? "unified" : "discrete" };
}

/** "  CUDA0: NVIDIA GeForce RTX 5090 (32109 MiB, 31588 MiB free)", in a server's log "  - CUDA0   : ..." after a prefix */
function listed(line: string): Line | undefined {
  const match =
    /(?:^| )([A-Za-z]+\d+(?:\[[^\]]*\])?|RPC\[[^\]]*\]|Metal|BLAS|CPU) *: (.+) \((\d+) MiB, (\d+) MiB free\)\s*$/.exec(
      line,
    );
  if (match === null) return undefined;
  const [, id, name, total, free] = match;
  return { id: id!, name, totalBytes: bytes(wholeNumber(total)), freeBytes: bytes(wholeNumber(free)) };
}

/** "...: using device Vulkan0 (NAME (RADV X)) (0000:c6:00.0) - 129920 MiB free" */
function used(line: string): Line | undefined {
  const match = /using device (\S+) \((.+?)\)(?: \(([\da-f:.]+|unknown id)\))? - (\d+) MiB free/i.exec(line);
  if (match === null) return undefined;
  const [, id, name, address, free] = match;
  return { id: id!, name, pciAddress: pciAddress(address), freeBytes: bytes(wholeNumber(free)) };
}

/** "|   - ROCm0 (NAME) | 122880 = 114263 + (21223 = 20583 + 142 + 497) + -12606 |" */
function breakdown(line: string): Line | undefined {
  const match = /\|\s+- (\S+) \((.+)\)\s+\|\s*(\d+) = (\d+) \+ \((\d+) =/.exec(line);
  if (match === null) return undefined;
  const [, id, name, total, free, needed] = match;
  const [totalBytes, freeBytes, neededBytes] = [total, free, needed].map((cell) => bytes(wholeNumber(cell)));
  return { id: id!, name, totalBytes, freeBytes, neededBytes };
}

/** MiB as bytes; 0 is what backends print when they do not know. */
function bytes(mebibytes: number | undefined): number | undefined {
  return mebibytes === undefined || mebibytes === 0 || !Number.isSafeInteger(mebibytes * MIB)
    ? undefined
    : mebibytes * MIB;
}
