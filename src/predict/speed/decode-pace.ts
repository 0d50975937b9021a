import { formatBytes, formatExactBytes, formatNumber, formatRate } from "../../facts/units/index.ts";
import { paceWithAdded } from "./added.ts";
import { DEEP, halfWidth } from "./bands.ts";
import { chipOf } from "./chip.ts";
import { FIT, isSeen } from "./coefficients.ts";
import { conditionsOf, isOther } from "./conditions.ts";
import { addCopy, LEAST_COPIED_BATCH } from "./copying.ts";
import { ACTIVATION_BYTES, crossingsOf } from "./crossings.ts";
import { hostRates } from "./cpu.ts";
import { decodeDerived, movedText } from "./decode-derived.ts";
import { decodeTime } from "./decode-time.ts";
import { flopsRate, us } from "./derived.ts";
import { addDisk, CPU_DECODE_SPREAD } from "./extras.ts";
import { helperOf } from "./helper.ts";
import type { PaceInput } from "./input.ts";
import { wayText, wayTo } from "./links.ts";
import { attentionLayers, expertsTouched, overTokens, touchedBytes } from "./load.ts";
import { paceOf } from "./pace-of.ts";
import { type Place, placesOf } from "./places.ts";
import { prefillTime } from "./prefill-time.ts";
import type { Pace } from "./speed.ts";
import { add, emptyStep, type Step } from "./step.ts";

/**
 * Decode pace with `depth` tokens in the cache of each stream: seconds per step = sum over places of the bytes moved / bandwidth
 * reached + arithmetic of unpacking weights and of attention + layers x fixed time, and what passes between places. Undefined
 * where a device's bandwidth is unknown: then no number is better than a guess.
 */
export function decodePace(input: PaceInput, depth: number): Pace | undefined {
  const { calibration, ...plain } = input;
  const own = (input.streams ?? 1) > 1 ? (calibration?.together ?? calibration?.decode) : calibration?.decode;
  const apart = paceWithAdded("decode", own, (at) => decodePace(plain, at), depth);
  if (apart) return apart;
  const step = emptyStep(input);
  const streams = input.streams ?? 1;
  const places = placesOf(input);
  // so many streams are as good as a prompt: the engine copies host weights to a device for them
  const helper = streams >= LEAST_COPIED_BATCH ? helperOf(input, places) : undefined;
  for (const place of places) {
    if (place.where === "host" && helper !== undefined) {
      if (!addCopied(step, input, place, helper, depth, streams)) return undefined;
    } else if (place.where === "host") addHost(step, input, place, depth, streams);
    else if (!addDevice(step, input, place, place.where, depth, streams)) return undefined;
  }
  addCrossings(step, input, places, streams);
  addDisk(step, input, 1);
  return paceOf(step, streams, own);
}

function addDevice(step: Step, input: PaceInput, { load }: Place, at: number, depth: number, streams: number): boolean {
  const chip = chipOf(input.devices[at]);
  if (!chip) return false;
  const { fit = FIT } = input;
  const conditions = conditionsOf(input);
  const time = decodeTime(load, chip, depth, conditions, fit.decode, streams);
  const experts = load.expertBytes * (streams === 1 ? load.expertShare : expertsTouched(load, streams));
  const bytes = load.denseBytes + experts + streams * (overTokens(load, depth, "bytesPerToken") + 2 * load.stateBytes);
  // many streams are a small prompt: its arithmetic hides behind reading, or the other way round; an expert that gets a token or
  // two multiplies vectors, which pads nothing
  const small = { ...load, bodyExpertParameters: 0 };
  const together = { batch: streams, context: 0, width: input.geometry.embeddingLength };
  const many = streams === 1 ? 0 : prefillTime(small, chip, together, conditions, fit.prefill).compute;
  const compute = Math.max(time.compute, Math.hypot(time.memory, many) - time.memory + time.compute);
  const limited = powered(chip.powerShare);
  const multiplying = compute - time.unhidden - streams * time.attention;
  const seconds = (time.memory + compute) * limited + time.overhead;
  const launched = load.layers === 0 ? 0 : time.overhead / load.layers;
  add(step, {
    worker: "device",
    seconds,
    spent: { bandwidth: time.memory * limited, compute: compute * limited, overhead: time.overhead },
    ideal: bytes / chip.bytesPerSec,
    spread: halfWidth({
      kind: "decode",
      backend: conditions.program === "localscore" ? "localscore" : chip.backend,
      otherProgram: isOther(conditions, chip),
      experts: load.expertBytes > 0,
      deep: depth > DEEP || streams > 1 || limited > 1,
      unseen: !isSeen(fit, "decode", chip.design),
    }),
    provenance: "datasheet",
    term:
      (limited > 1 ? "(" : "") +
      `${movedText(load, depth, streams, time)} / ${formatRate(time.bytesPerSec)}` +
      (time.unhidden > 0 ? ` + ${us(time.unhidden)} [unpacking]` : "") +
      (time.attention > 0 ? ` + ${streams === 1 ? "" : `${streams} x `}${us(time.attention)} [attention]` : "") +
      (multiplying > 1e-12 ? ` + ${us(multiplying)} [multiplying for ${streams}]` : "") +
      (limited > 1 ? `) x ${formatNumber(limited, 4)} [power limit]` : "") +
      ` + ${load.layers} layers x ${us(launched)}`,
    derived: () => [
      ...decodeDerived(input.devices[at]!.name, load, chip, depth, conditions, fit.decode, time),
      ...(multiplying > 1e-12
        ? [
            {
              label: `multiplying for ${streams} beside reading`,
              value: us(multiplying),
              formula: `${us(time.memory, 5)} x (hypot(1, ${us(many, 5)} / ${us(time.memory, 5)}) - 1)${time.compute > 0 ? " [what exceeds unpacking and attention]" : ""}`,
              because: `${us(many, 5)}: the arithmetic of a prompt of ${streams} tokens`,
            },
          ]
        : []),
    ],
  });
  return true;
}

/**
 * Decoding under a power limit: a memory-bound step loses little down to six tenths of the board's power, then ever more.
 * RTX PRO 6000 (600 W) keeps 0.99 at 350 W, 0.93 at 300, 0.85 at 250, 0.68 at 200; RTX 3090 (350 W) 0.98 at 300, 0.94 at 250,
 * 0.81 at 200: both published.
 */
function powered(share: number): number {
  return share >= 1 ? 1 : 1 + 0.033 / share ** 2.6 - 0.033;
}

/** Weights of the host multiplied on a device, step by step; their cache stays, and attention with it. */
function addCopied(step: Step, input: PaceInput, place: Place, at: number, depth: number, streams: number): boolean {
  const { load } = place;
  const device = input.devices[at];
  if (!device || !addDevice(step, input, { ...place, load: { ...load, attention: [] } }, at, depth, streams))
    return false;
  addCopy(step, input, device, touchedBytes(load, streams));
  const cache = { ...load, layers: 0, denseBytes: 0, expertBytes: 0, parameters: {}, stateBytes: 0 };
  addHost(step, input, { ...place, load: cache }, depth, streams);
  return true;
}

function addHost(step: Step, input: PaceInput, { load }: Place, depth: number, streams: number): void {
  const rates = hostRates(input.host, input.threads);
  const experts = load.expertBytes * (streams === 1 ? load.expertShare : expertsTouched(load, streams));
  const bytes = load.denseBytes + experts + streams * (overTokens(load, depth, "bytesPerToken") + load.stateBytes);
  if (bytes === 0 && load.layers === 0) return;
  const reading = bytes / rates.bytesPerSec;
  const used = Object.values(load.parameters).reduce((sum, part) => sum + part, 0);
  // every further stream multiplies again what was read once
  const compute = streams === 1 ? 0 : Math.max(0, (2 * used * streams) / rates.flopsPerSec - reading);
  // attention beside a cache that stays here is computed here, layer by layer
  const layers = Math.max(load.layers, attentionLayers(load));
  const overhead = layers * rates.perLayerSeconds;
  add(step, {
    worker: "host",
    seconds: reading + compute + overhead,
    spent: { [rates.bytesBound]: reading, overhead, ...(compute > reading ? { compute } : {}) },
    ideal: bytes / rates.peakBytesPerSec,
    spread: CPU_DECODE_SPREAD,
    provenance: rates.provenance,
    term:
      `${formatBytes(bytes)} / ${formatRate(rates.bytesPerSec)}` +
      (compute > 0 ? ` + ${us(compute)} [multiplying]` : "") +
      ` + ${layers} layers x ${us(rates.perLayerSeconds)}`,
    derived: () => [
      ...rates.derived(compute > 0 ? "both" : "reading"),
      ...(compute > 0
        ? [
            {
              label: "multiplying, once for each of them",
              value: us(reading + compute, 5),
              formula: `${formatNumber((2 * used * streams) / 1e9, 5)} GFLOP / ${flopsRate(rates.flopsPerSec)}`,
            },
            {
              label: "of that, not beside reading",
              value: us(compute),
              formula: `${us(reading + compute, 5)} - ${us(reading, 5)}`,
            },
          ]
        : []),
    ],
  });
}

/** Between two cards of one machine a token's activations cost little, but a wait. Assumed. */
const LINK_SPREAD = 0.4;

/**
 * What passes between places once a token: activations, and the chances of all words to the host, which choose the token. Behind
 * one lane of a small board that alone takes half a millisecond.
 */
function addCrossings(step: Step, input: PaceInput, places: readonly Place[], streams: number): void {
  const { embeddingLength, vocabularySize } = input.geometry;
  const bytes = embeddingLength * ACTIVATION_BYTES * streams;
  for (const { where } of places) {
    const device = where === "host" ? undefined : input.devices[where];
    if (!device || where === "host") continue;
    const crossings = crossingsOf(input, places, where);
    const chances = input.placement.at(-1) === where ? vocabularySize * ACTIVATION_BYTES * streams : 0;
    const way = wayTo(device, input.links);
    const seconds = crossings * (way.seconds + bytes / way.bytesPerSec) + chances / way.bytesPerSec;
    if (seconds === 0) continue;
    add(step, {
      worker: "link",
      seconds,
      spent: { link: seconds },
      ideal: 0,
      spread: LINK_SPREAD,
      // within a machine the wait decides, whatever the slot
      provenance: way.known || device.node === undefined ? "datasheet" : "assumed",
      term: `${us(seconds)} [passing on]`,
      derived: () => [
        {
          label: `passing on to ${device.name}`,
          value: us(seconds),
          formula:
            `${crossings} x ${us(way.seconds)}` +
            (way.bytesPerSec === Infinity
              ? ""
              : ` + (${crossings} x ${formatExactBytes(bytes)} + ${formatExactBytes(chances)} [chances of all words]) / ${formatRate(way.bytesPerSec)}`),
          because: wayText(way),
        },
      ],
    });
  }
}
