import { LoadoutError } from "../../errors/index.ts";
import { formatBytes, formatNumber, formatRate, parseRate } from "../../units/index.ts";
import type { Device, DeviceLink } from "../rig.ts";
import { USUAL_NETWORK } from "../usual-network.ts";
import { heldOfHost, leftOf } from "../usable/index.ts";
import { catalogDevice, namedDevice, type AssumedDevice } from "./device.ts";
import { labelBytes } from "./memory-size.ts";
import { wishes } from "./words.ts";

/** A machine reached over the network, and what of it an engine can use. */
export interface RigNode {
  readonly name: string;
  readonly devices: readonly AssumedDevice[];
}

/** RAM alone, for a node that lends its processor. */
const SIZE = /^\s*[\d.]+\s*[gt](?:i?b)?\s*$/i;

/** "big:2xrtx-3090+rtx-4060", "mac:m3-max-64gb", "box:64GB". Nodes are taken for servers: nobody works on them. */
export function nodeDevices(text: string): RigNode {
  const [, name, rig] = /^\s*([\w.-]+)\s*:\s*(\S.*)$/s.exec(text) ?? [];
  if (name === undefined || rig === undefined || name.toLowerCase() === "host") {
    throw new LoadoutError("bad-quantity", {
      what: "--node",
      expected: "a name that is not `host`, a colon and its devices or RAM",
      got: text,
      example: "big:2xrtx-3090 or box:64GB",
    });
  }
  const devices = wishes(rig, "--node", (wish) => {
    if (SIZE.test(wish)) return processor(name, wish);
    const named = namedDevice(wish, "--node", undefined);
    const os = named.row.vendor === "apple" ? ("darwin" as const) : ("linux" as const);
    const host = { os, ramBytes: named.sizeBytes };
    return catalogDevice(named, { what: "--node", id: "", host, first: false, node: name });
  });
  return {
    name,
    devices: devices.map((each, at) => ({ ...each, device: { ...each.device, id: `${name}/GPU-${at}` } })),
  };
}

/** A node's processor with its RAM, as an RPC server lends it. */
function processor(node: string, size: string): AssumedDevice {
  const totalBytes = labelBytes(size, "--node");
  const held = heldOfHost({ os: "linux", arch: "x64", ramBytes: totalBytes });
  const device: Device = {
    id: "",
    name: `processor of ${node}`,
    vendor: "generic",
    backend: "cpu",
    memoryKind: "discrete",
    totalBytes,
    totalBasis: "as typed",
    freeBytes: leftOf(totalBytes, held),
    held,
    node,
  };
  return { device, assumed: [`${node} lends its processor with ${formatBytes(totalBytes)} of RAM, under Linux`] };
}

/** The network to each node: one bandwidth for all, or one each in their order. */
export function nodeLinks(nodes: readonly string[], typed: readonly string[]): DeviceLink[] {
  const rates = typed.map((text) => parseRate(text, "--link"));
  if (rates.length > 1 ? rates.length !== nodes.length : rates.length === 1 && nodes.length === 0) {
    throw new LoadoutError("rig-contradiction", {
      what: "--link",
      expected: nodes.length === 0 ? "a --node that it leads to" : `one for all nodes, or ${nodes.length}`,
      got: `${rates.length}`,
      advice: "Write --node NAME:RIG --link 10Gb/s.",
    });
  }
  return nodes.map((name, at) => {
    const rate = rates.length === 1 ? rates[0] : rates[at];
    const known = rate === undefined ? {} : { bandwidthBytesPerSec: rate };
    return { between: ["host", name] as const, kind: "network" as const, ...known };
  });
}

/** What is assumed of networks: each message's time, and the bandwidth of those that nobody described. */
export function networkAssumptions(links: readonly DeviceLink[]): string[] {
  const { label, bytesPerSec, messageSeconds } = USUAL_NETWORK;
  const wait = `each token crosses the network once a node, and a message takes ${formatNumber(messageSeconds * 1e6)} us`;
  const unknown = links.filter(({ bandwidthBytesPerSec }) => bandwidthBytesPerSec === undefined);
  if (unknown.length === 0) return [wait];
  const nodes = unknown.map(({ between }) => between[1]).join(", ");
  return [wait, `the network to ${nodes} is taken as ${label} (${formatRate(bytesPerSec)}): --link says it`];
}
