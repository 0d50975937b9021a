import type { Provenance } from "../estimate/index.ts";
import type { Derived } from "./derived.ts";

/** Memory traffic, arithmetic, fixed time per step, a way between places (slot, network), the disk. */
export type Bound = "bandwidth" | "compute" | "overhead" | "link" | "disk";

/** A rate with its 80% band: measured rates lie between low and high four times out of five. */
export interface Pace {
  readonly tokensPerSec: number;
  readonly low: number;
  readonly high: number;
  /** where most of the time goes */
  readonly bound: Bound;
  /**
   * share of the limit that is reached, 0 to 1: for decode the memory's bandwidth, for prefill a device's matrix rate (on a CPU
   * the rate of its kernels, since the arithmetic limit of a CPU is not known)
   */
  readonly shareOfLimit: number;
  readonly provenance: Provenance;
  readonly formula: string;
  /** shares of the time by who works, summing to one: devices, the host, the way between them, the disk */
  readonly workers?: Readonly<Record<Worker, number>>;
  /** where the rates and times in the formula are from, where that was asked for */
  readonly derived?: readonly Derived[];
}

export type Worker = "device" | "host" | "link" | "disk";

/**
 * Factors learned on one machine, stored by receipts and handed in as a value: measured = predicted x factor.
 * `spread` is the half-width of the 80% band in natural logarithm after calibration.
 */
export interface Calibration {
  readonly decode?: CalibrationFactor;
  readonly prefill?: CalibrationFactor;
  /** of decoding several streams at once, where that was measured; `decode` without it: other kernels do it */
  readonly together?: CalibrationFactor;
  /** bandwidth of the host that the predictions were made with which the factors correct: another one needs other factors */
  readonly hostBandwidthBytesPerSec?: number;
}

export interface CalibrationFactor {
  readonly factor: number;
  readonly spread: number;
  readonly runs: number;
  /**
   * the same for the time that a fuller cache adds to a step (decode), or more tokens to a prompt (prefill): what a prompt takes at
   * all (reading weights, the output, waking threads), what each token adds and what attention adds are not done by the same
   * kernels, and a machine may be good at one and bad at another
   */
  readonly added?: AddedFactor & {
    /** of what is added from some length on beyond what the stretch before adds at its even pace: attention of long prompts */
    readonly beyond?: AddedFactor;
  };
}

export interface AddedFactor {
  readonly factor: number;
  /** depth or prompt length from which on time was added; below it only `CalibrationFactor.factor` counts */
  readonly from: number;
}
