import { raisedLimit, type Device, type RaisedLimit } from "../../facts/hardware/index.ts";
import { formatBytes } from "../../facts/units/index.ts";
import type { Alternative } from "./alternatives.ts";
import { choose, type Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";
import { ORDER } from "./verdict.ts";

/**
 * A GPU that shares the RAM takes a part of it that the owner can raise: the same question with that limit, where its answer
 * is better. Undefined where nothing can be raised or nothing is gained.
 */
export function raiseLimit(request: FitRequest, choice: Choice): Alternative | undefined {
  const { devices, host } = request.rig;
  const limits = devices.map((device) => raisedLimit(device, host));
  const at = limits.findIndex((limit) => limit !== undefined);
  const limit = limits[at];
  if (limit === undefined) return undefined;
  const raised = devices.map((device, index) => (index === at ? withLimit(device, limit) : device));
  const after = choose({ ...request, rig: { ...request.rig, devices: raised } });
  if (!better(after, choice)) return undefined;
  const layers = layersOf(after) === layersOf(choice) ? "" : `: then ${layersOf(after)} layers on the device`;
  return {
    change: `raise the GPU's limit to ${formatBytes(limit.bytes)}${layers}`,
    flags: limit.command,
    verdict: after.now.verdict,
    marginBytes: after.now.marginBytes,
    savedBytes: 0,
  };
}

/** What was free stays free; what older systems give less counts no more, since the limit is set. */
function withLimit(device: Device, { bytes }: RaisedLimit): Device {
  const { totalBytes = 0, freeBytes = totalBytes, held } = device;
  const left = held?.filter(({ key }) => key !== "older-system");
  return { ...device, totalBytes: bytes, freeBytes: freeBytes + bytes - totalBytes, ...(left && { held: left }) };
}

function better(after: Choice, before: Choice): boolean {
  const gained = ORDER.indexOf(before.now.verdict) - ORDER.indexOf(after.now.verdict);
  if (gained !== 0) return gained > 0;
  return layersOf(after) > layersOf(before) || after.context > before.context;
}

function layersOf({ decisions }: Choice): number {
  return Number(decisions.find(({ setting }) => setting === "layers on device")?.value ?? 0);
}
