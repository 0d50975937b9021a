import { LoadoutError } from "../../errors/index.ts";
import type { Backend, Device, Host, Rig } from "../rig.ts";
import { anyCard, catalogDevice, namedDevice, type AssumedDevice, type NamedDevice } from "./device.ts";
import { hostByHand, parseRam, type TypedRam } from "./host.ts";
import { networkAssumptions, nodeDevices, nodeLinks } from "./nodes.ts";
import { MOST_DEVICES, wishes } from "./words.ts";

/** A rig as people write it, flag by flag. */
export interface RigWords {
  /** "rtx-3090", "2x rtx-3090", "rtx-3090:24GB", "m3-max-64gb"; in the engine's order; "none" for no GPU */
  readonly gpus?: readonly string[];
  /** cards known by their memory alone: "24GB", "2x24GB"; behind the named ones */
  readonly vram?: readonly string[];
  /** "64GB", "64GB:ddr5-6000" */
  readonly ram?: string;
  readonly backend?: Backend;
  readonly os?: Host["os"];
  /** machines reached over the network: "NAME:rtx-3090", "NAME:2xrtx-3090+rtx-4060", "NAME:64GB" */
  readonly nodes?: readonly string[];
  /** bandwidth to each node, or one for all: "10Gb/s" */
  readonly links?: readonly string[];
}

/** The rig, and each thing that was assumed to make it one. */
export interface RigByHand {
  readonly rig: Rig;
  readonly assumptions: readonly string[];
}

const NO_GPU = /^\s*(none|no|cpu)\s*$/i;

/**
 * The rig that people wrote. Devices of nodes come first, as llama.cpp lists them ("RPC servers at the front", to save
 * transfers); then the host's, in the order written.
 */
export function rigByHand(words: RigWords): RigByHand {
  const ram = words.ram === undefined ? undefined : parseRam(words.ram, "--ram");
  // "none" alone is a machine without a GPU
  const gpus = words.gpus?.every((text) => NO_GPU.test(text)) ? [] : (words.gpus ?? []);
  const named = gpus.flatMap((text) => wishes(text, "--gpu", (name) => namedDevice(name, "--gpu", ram?.bytes)));
  const cards = (words.vram ?? []).flatMap((text) => wishes(text, "--vram", (size) => size));
  const chip = onlyChip(named, cards.length);
  const os = systemOf(words.os, chip);
  const size: TypedRam | undefined = ram ?? (chip === undefined ? undefined : { bytes: chip.sizeBytes });
  const processor = chip?.row.vendor === "apple" ? "apple" : chip !== undefined && isArm(chip) ? "arm64" : "x64";
  const { host, assumed } = hostByHand({ ram: size, os, processor, shared: chip !== undefined });

  const setting = (what: string, at: number) => ({
    what,
    id: `GPU-${at}`,
    host,
    backend: words.backend,
    first: at === 0,
  });
  const own: AssumedDevice[] = [
    ...named.map((device, at) => catalogDevice(device, setting("--gpu", at))),
    ...cards.map((text, at) => anyCard(text, setting("--vram", named.length + at))),
  ];
  const nodes = (words.nodes ?? []).map((text) => nodeDevices(text));
  const remote = nodes.flatMap(({ devices }) => devices);
  const devices: readonly Device[] = [...remote, ...own].map(({ device }) => device);
  if (devices.length > MOST_DEVICES) {
    throw new LoadoutError("rig-contradiction", {
      what: "rig",
      expected: `at most ${MOST_DEVICES} devices, as the engine takes`,
      got: devices.length,
      advice: "Leave some out: more devices do not start.",
    });
  }
  const links = nodeLinks(
    nodes.map(({ name }) => name),
    words.links ?? [],
  );
  const over = links.length > 0 ? networkAssumptions(links) : [];
  const assumptions = [...new Set([...[...remote, ...own].flatMap((each) => each.assumed), ...assumed, ...over])];
  return { rig: { name: "written by hand", host, devices, ...(links.length > 0 ? { links } : {}) }, assumptions };
}

/** The chip whose memory is the RAM: there is one, or none. An Apple chip takes no cards beside it. */
function onlyChip(named: readonly NamedDevice[], cards: number): NamedDevice | undefined {
  const chips = named.filter(({ row }) => row.class === "soc");
  const [chip] = chips;
  if (chip === undefined) return undefined;
  const others = named.length + cards - 1;
  if (chips.length > 1 || (chip.row.vendor === "apple" && others > 0)) {
    throw new LoadoutError("rig-contradiction", {
      what: "--gpu",
      expected: `nothing beside ${chip.row.name}, whose memory is the machine's own`,
      got: `${named.length + cards} devices`,
      advice: "Another machine is a node: --node NAME:RIG --link 10Gb/s.",
    });
  }
  return chip;
}

function systemOf(typed: Host["os"] | undefined, chip: NamedDevice | undefined): Host["os"] {
  const apple = chip?.row.vendor === "apple";
  const usual = apple ? "darwin" : chip?.row.vendor === "qualcomm" ? "win32" : "linux";
  if (typed === undefined || (typed === "darwin") === apple) return typed ?? usual;
  throw new LoadoutError("rig-contradiction", {
    what: "--os",
    expected: apple ? `macos for ${chip.row.name}` : "linux or windows, for anything but Apple's chips",
    got: typed,
    advice: "Leave --os out to take the usual one.",
  });
}

function isArm({ row }: NamedDevice): boolean {
  return row.vendor === "nvidia" || row.vendor === "qualcomm";
}
