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
  const gained = [
    ...(layersOf(after) === layersOf(choice) ? [] : [`${layersOf(after)} layers on the device`]),
    ...(expertsOf(after) === expertsOf(choice) ? [] : [expertWords(expertsOf(after))]),
  ].join(", ");
  return {
    change: `raise the GPU's limit to ${formatBytes(limit.bytes)}${gained === "" ? "" : `: then ${gained}`}`,
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
  if (expertsOf(after) !== expertsOf(before)) return expertsOf(after) < expertsOf(before);
  return layersOf(after) > layersOf(before) || after.context > before.context;
}

function expertWords(layers: number): string {
  return layers === 0 ? "no experts on the CPU" : `the experts of ${layers} layers on the CPU`;
}

function expertsOf({ settings }: Choice): number {
  const { expertLayersOnHost: layers = 0 } = settings;
  return layers === "all" ? Infinity : layers;
}

function layersOf({ decisions }: Choice): number {
  return Number(decisions.find(({ setting }) => setting === "layers on device")?.value ?? 0);
}
