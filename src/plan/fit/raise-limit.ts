import { raisedLimit, type Device, type RaisedLimit } from "../../facts/hardware/index.ts";
import { formatBytes } from "../../facts/units/index.ts";
import type { Alternative } from "./alternatives.ts";
import { gained, isBetter } from "./brought-back.ts";
import { choose, type Choice } from "./choose.ts";
import type { FitRequest } from "./request.ts";

/**
 * A GPU that shares the RAM takes a part of it that the owner can raise: the same question with that limit, where its answer
 * is better. Undefined where nothing can be raised or nothing is gained.
 */
export function raiseLimit(request: FitRequest, choice: Choice): Alternative | undefined {
  const raised = withRaisedLimit(request);
  if (raised === undefined) return undefined;
  const { limit } = raised;
  const after = choose(raised.request);
  if (!isBetter(after, choice)) return undefined;
  const then = gained(after, choice);
  return {
    change: `raise the GPU's limit to ${formatBytes(limit.bytes)}${then === "" ? "" : `: then ${then}`}`,
    flags: limit.command,
    verdict: after.now.verdict,
    marginBytes: after.now.marginBytes,
    savedBytes: 0,
  };
}

/** The same question where the first device whose limit can be raised has all it can be given; undefined where there is none. */
export function withRaisedLimit(
  request: FitRequest,
): { readonly request: FitRequest; readonly limit: RaisedLimit } | undefined {
  const { devices, host } = request.rig;
  const limits = devices.map((device) => raisedLimit(device, host));
  const at = limits.findIndex((limit) => limit !== undefined);
  const limit = limits[at];
  if (limit === undefined) return undefined;
  const raised = devices.map((device, index) => (index === at ? withLimit(device, limit) : device));
  return { request: { ...request, rig: { ...request.rig, devices: raised } }, limit };
}

/** What was free stays free; what older systems give less counts no more, since the limit is set. */
function withLimit(device: Device, { bytes }: RaisedLimit): Device {
  const { totalBytes = 0, freeBytes = totalBytes, held } = device;
  const left = held?.filter(({ key }) => key !== "older-system");
  return { ...device, totalBytes: bytes, freeBytes: freeBytes + bytes - totalBytes, ...(left && { held: left }) };
}
