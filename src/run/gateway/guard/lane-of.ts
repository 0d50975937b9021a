import type { IncomingHttpHeaders } from "node:http";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { LaneName } from "../../../predict/serving/index.ts";

/** Longest deadline that is taken, a week. */
const LONGEST_MS = 7 * 86_400_000;

/** The lane a request asks for: by its header, else by its path, else by its key. */
export function laneOf(headers: IncomingHttpHeaders, batchPath: boolean, keyLane: LaneName): LaneName {
  const asked = headers["x-loadout-lane"];
  if (asked === "interactive" || asked === "batch") return asked;
  if (asked !== undefined) {
    throw invalid("x-loadout-lane", "interactive or batch", String(asked));
  }
  return batchPath ? "batch" : keyLane;
}

/** How long the client would wait for the beginning, milliseconds; undefined: as long as its lane allows. */
export function deadlineOf(headers: IncomingHttpHeaders): number | undefined {
  const asked = headers["x-loadout-deadline-ms"];
  if (asked === undefined) return undefined;
  const milliseconds = typeof asked === "string" && /^\d{1,9}$/.test(asked) ? Number(asked) : 0;
  if (milliseconds < 1 || milliseconds > LONGEST_MS) {
    throw invalid("x-loadout-deadline-ms", "whole milliseconds from 1", String(asked));
  }
  return milliseconds;
}

function invalid(field: string, expected: string, got: string): LoadoutError {
  return new LoadoutError("gateway-header-invalid", { field, expected, got: got.slice(0, 60) });
}
