import type { Rig } from "../../facts/hardware/index.ts";

/** How a tool answered. Only "ok" gave data; none of the others is an error of the probe. */
export type ToolStatus =
  | "ok"
  | "not installed"
  | "driver not running"
  | "no devices"
  | "not permitted"
  | "timed out"
  | "failed";

/** What became of one tool. */
export interface Finding {
  readonly tool: string;
  readonly command: string;
  readonly status: ToolStatus;
  /** in the tool's own words where it had any */
  readonly reason?: string;
  /** 0 when the answer came from the cache */
  readonly ms: number;
  readonly cached: boolean;
}

/** A program that holds memory which it would give back when closed. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** absent where the driver does not say (Windows' display driver model) */
  readonly bytes?: number;
  readonly memory: "ram" | "vram";
  /** id of the rig's device whose memory it holds */
  readonly deviceId?: string;
}

/** A measured memory bandwidth of the host. */
export interface Bandwidth {
  /** read and written bytes of a copy, added up over the threads */
  readonly bytesPerSec: number;
  readonly threads: number;
  /** length of the timed part */
  readonly seconds: number;
  /** in words, for the page that explains numbers */
  readonly method: string;
}

/** This machine, and how it came to be known. */
export interface ProbeReport {
  readonly rig: Rig;
  readonly findings: readonly Finding[];
  readonly holders: readonly Holder[];
  readonly bandwidth?: Bandwidth;
  readonly bootId: string;
  /** device files and PCI display devices; a change makes cached answers stale */
  readonly deviceList: readonly string[];
  /** what a reader of the rig should know: "the order of unequal cards is a guess", "memory is shared with the host" */
  readonly notes: readonly string[];
}
