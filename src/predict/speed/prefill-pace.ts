import { formatBytes, formatNumber, formatRate } from "../../facts/units/index.ts";
import { paceWithAdded } from "./added.ts";
import { DEEP, halfWidth } from "./bands.ts";
import { chipOf } from "./chip.ts";
import { FIT, isSeen } from "./coefficients.ts";
import { conditionsOf, isOther } from "./conditions.ts";
import { flopsRate, us } from "./derived.ts";
import { hostRates } from "./cpu.ts";
import { decodePace } from "./decode-pace.ts";
import { addDisk, CPU_PREFILL_SPREAD } from "./extras.ts";
import { addCopy, copiedBytes, COPY_SPREAD, LEAST_COPIED_BATCH } from "./copying.ts";
import { helperOf } from "./helper.ts";
import type { PaceInput } from "./input.ts";
import { wayText, wayTo } from "./links.ts";
import { overTokens, touchedBytes } from "./load.ts";
import { paceOf } from "./pace-of.ts";
import { type Place, placesOf } from "./places.ts";
import { prefillDerived } from "./prefill-derived.ts";
import { prefillTime } from "./prefill-time.ts";
import type { CalibrationFactor, Pace } from "./speed.ts";
import { add, emptyStep, type Step } from "./step.ts";

/**
 * Prompt pace for `tokens` behind `cached` tokens that lie in the cache already, one micro-batch at the average depth: seconds =
 * sum over places of hypot(arithmetic of the weights, reading them once) + attention + layers x fixed time. The hypotenuse is
 * never faster than either, and both overlap where they are far apart. Undefined as {@link decodePace} is.
 */
export function prefillPace(input: PaceInput, tokens: number, cached = 0): Pace | undefined {
  const { calibration, ...plain } = input;
  const apart = paceWithAdded("prefill", calibration?.prefill, (at) => prefillPace(plain, at, cached), tokens);
  if (apart) return apart;
  const batch = Math.max(1, Math.min(tokens, input.microBatch));
  const places = placesOf(input);
  return batch <= MOST_VECTORS && places.some(({ where }) => where !== "host")
    ? fewTokens(input, places, batch, cached)
    : manyTokens(input, places, tokens, cached);
}

function manyTokens(input: PaceInput, places: readonly Place[], tokens: number, cached: number): Pace | undefined {
  const batch = Math.max(1, Math.min(tokens, input.microBatch));
  // causal attention: each token sees half the prompt on average; without a cache all of the batch, whatever the mask leaves of it
  const context = input.geometry.cacheless ? batch : cached + tokens / 2;
  const helper = helperOf(input, places);
  const step = emptyStep(input);
  for (const place of places) {
    const onHost = place.where === "host";
    const copied = onHost && helper !== undefined && batch >= LEAST_COPIED_BATCH;
    const at = copied ? helper : place.where;
    // a cache that stays on the host keeps attention there: only weights are copied
    const load = copied && input.cacheOnHost === true ? { ...place.load, attention: [] } : place.load;
    if (at === "host") addHost(step, input, place, { batch, context, tokens });
    else if (!addDevice(step, input, { ...place, load }, at, batch, context, copied)) return undefined;
    if (load !== place.load) addHostAttention(step, input, place, batch, context);
  }
  pipelined(step, input, places, tokens, batch);
  addPassing(step, input, places, batch);
  addDisk(step, input, batch);
  return paceOf(step, batch, input.calibration?.prefill);
}

/** So few tokens are multiplied as vectors by a device, one after the other, by the kernels of decoding. */
const MOST_VECTORS = 8;

/** A prompt of few tokens: as many streams decode; never longer than the matrix kernels take for the fewest tokens they are given. */
function fewTokens(input: PaceInput, places: readonly Place[], batch: number, cached: number): Pace | undefined {
  const { calibration, ...plain } = input;
  // below the shortest length that was measured a calibration is one factor
  const { added: _, ...factor } = calibration?.prefill ?? {};
  const few = { ...plain, streams: batch, ...(isFactor(factor) && { calibration: { decode: factor } }) };
  const vectors = decodePace(few, cached);
  if (!vectors || input.microBatch <= MOST_VECTORS) return vectors;
  const matrices = manyTokens(input, places, MOST_VECTORS + 1, cached);
  const faster = matrices ? (matrices.tokensPerSec / vectors.tokensPerSec) * (batch / (MOST_VECTORS + 1)) : 1;
  if (faster <= 1) return vectors;
  return {
    ...vectors,
    tokensPerSec: vectors.tokensPerSec * faster,
    low: vectors.low * faster,
    high: vectors.high * faster,
    shareOfLimit: Math.min(1, vectors.shareOfLimit * faster),
    formula: `${vectors.formula} x ${formatNumber(faster)} [no longer than ${MOST_VECTORS + 1} tokens take]`,
  };
}

function isFactor(factor: Partial<CalibrationFactor>): factor is CalibrationFactor {
  return factor.factor !== undefined;
}

/** `copied`: the weights lie on the host and cross the slot once a micro-batch, of experts those that are needed. */
function addDevice(
  step: Step,
  input: PaceInput,
  { load }: Place,
  at: number,
  batch: number,
  context: number,
  copied: boolean,
): boolean {
  const device = input.devices[at];
  const chip = chipOf(device);
  if (!device || !chip) return false;
  const { fit = FIT } = input;
  const conditions = conditionsOf(input);
  const width = input.geometry.embeddingLength;
  const time = prefillTime(load, chip, { batch, context, width }, conditions, fit.prefill);
  if (time.total === 0) return true;
  const touched = touchedBytes(load, batch);
  const seconds = time.total;
  const attending = 4 * batch * overTokens(load, context, "width");
  add(step, {
    worker: "device",
    seconds,
    spent: { bandwidth: time.memory, compute: time.compute, overhead: time.overhead },
    ideal: (2 * batch * load.bodyParameters + attending) / chip.quantisedFlopsPerSec,
    spread:
      halfWidth({
        kind: "prefill",
        backend: conditions.program === "localscore" ? "localscore" : chip.backend,
        otherProgram: isOther(conditions, chip),
        experts: load.expertBytes > 0,
        deep: context > DEEP,
        unseen: !isSeen(fit, "prefill", chip.design),
      }) * (chip.matrixKnown ? 1 : 2),
    provenance: chip.matrixKnown ? "datasheet" : "assumed",
    term:
      `hypot(${formatNumber(time.flops / 1e9)} GFLOP / ${flopsRate(time.flopsPerSec)}, ` +
      `${formatBytes(touched)} / ${formatRate(time.readBytesPerSec)}) + ${us(time.attention)} [attention] + ` +
      `${load.layers} layers x ${us(load.layers === 0 ? 0 : time.overhead / load.layers)}`,
    derived: () =>
      prefillDerived({ name: device.name, load, chip, batch, context, width, conditions, time }, fit.prefill),
  });
  if (!copied) return true;
  addCopy(step, input, device, copiedBytes(load, batch, input));
  return true;
}

/**
 * Attention of a prompt on the host beside the rate of its matrix kernels: Llama 2 7B with its cache in RAM, 238 tok/s in prompts
 * of 512 (one published run).
 */
const HOST_ATTENTION_SHARE = 0.07;

function addHostAttention(step: Step, input: PaceInput, { load }: Place, batch: number, context: number): void {
  const rates = hostRates(input.host, input.threads);
  const flops = 4 * batch * overTokens(load, context, "width");
  if (flops === 0) return;
  const seconds = flops / (rates.flopsPerSec * HOST_ATTENTION_SHARE);
  add(step, {
    worker: "host",
    seconds,
    spent: { compute: seconds },
    ideal: 0,
    spread: CPU_PREFILL_SPREAD,
    provenance: "assumed",
    term: `${formatNumber(flops / 1e9)} GFLOP / ${flopsRate(rates.flopsPerSec * HOST_ATTENTION_SHARE)} [attention on the host]`,
    derived: () => [
      ...rates.derived("multiplying"),
      {
        label: "attention on the processor, operations a second",
        value: flopsRate(rates.flopsPerSec * HOST_ATTENTION_SHARE),
        formula: `${flopsRate(rates.flopsPerSec)} x ${HOST_ATTENTION_SHARE}`,
        because: "one published run: Llama 2 7B with its cache in RAM, 238 tok/s in prompts of 512",
      },
    ],
  });
}

/**
 * A prompt on the host: the layers' weights are read and multiplied, whichever takes longer, and the output multiplies the last token
 * alone, once a prompt and not once a micro-batch.
 */
function addHost(
  step: Step,
  input: PaceInput,
  { load }: Place,
  { batch, context, tokens }: { readonly batch: number; readonly context: number; readonly tokens: number },
): void {
  const rates = hostRates(input.host, input.threads);
  const touched = touchedBytes(load, batch) - load.outsideBytes;
  const flops = 2 * batch * load.bodyParameters + 4 * batch * overTokens(load, context, "width");
  if (flops === 0 && touched === 0 && load.outsideBytes === 0) return;
  const compute = flops / rates.flopsPerSec;
  const reading = touched / rates.bytesPerSec;
  const last = ((load.outsideBytes / rates.bytesPerSec) * batch) / tokens;
  const overhead = load.layers * rates.perLayerSeconds;
  add(step, {
    worker: "host",
    seconds: Math.hypot(compute, reading) + last + overhead,
    spent: { compute, bandwidth: reading + last, overhead },
    ideal: compute,
    spread: CPU_PREFILL_SPREAD,
    provenance: rates.provenance,
    term:
      `hypot(${formatNumber(flops / 1e9)} GFLOP / ${flopsRate(rates.flopsPerSec)}, ` +
      `${formatBytes(touched)} / ${formatRate(rates.bytesPerSec)}) + ` +
      (last === 0
        ? ""
        : `${formatBytes(load.outsideBytes)} / ${formatRate(rates.bytesPerSec)}${batch < tokens ? ` x ${batch} / ${tokens}` : ""} [output of the last token] + `) +
      `${load.layers} layers x ${us(rates.perLayerSeconds)}`,
    derived: () => rates.derived("both"),
  });
}

/**
 * Several cards work on several micro-batches at a time, one behind the other. Published: two reach 1.6 times one (1.3 to 1.4 at
 * the lowest), four 2.3 to 2.8, eight 2.5 to 2.9; so each further card brings less.
 */
function pipelined(step: Step, input: PaceInput, places: readonly Place[], tokens: number, batch: number): void {
  const cards = places.filter(({ where }) => where !== "host" && input.devices[where]?.node === undefined).length;
  // a last batch that is not full takes its share of a step
  const batches = tokens / batch;
  if (cards < 2 || batches <= 1) return;
  const gain = Math.min(cards ** PIPELINE_POWER, (batches * cards) / (batches + cards - 1), MOST_PIPELINED);
  step.terms.splice(0, step.terms.length, `(${step.terms.join(" + ")}) / ${formatNumber(gain)}`);
  step.derived?.push({
    label: `what ${cards} cards gain, one micro-batch behind the other`,
    value: formatNumber(gain),
    formula: `min(pow(${cards}, ${PIPELINE_POWER}), ${formatNumber(batches, 5)} x ${cards} / (${formatNumber(batches, 5)} + ${cards} - 1), ${MOST_PIPELINED})`,
    because: "published: two cards reach 1.6 times one, four 2.3 to 2.8, eight 2.5 to 2.9",
  });
  step.seconds /= gain;
  step.spread = (step.spread / gain) * PIPELINE_SPREAD;
}

const PIPELINE_POWER = 0.65;
const MOST_PIPELINED = 2.9;
const PIPELINE_SPREAD = 1.3;
const ACTIVATION_BYTES = 4;

/** A micro-batch's activations over the network to other machines, there and back. */
function addPassing(step: Step, input: PaceInput, places: readonly Place[], batch: number): void {
  for (const { where } of places) {
    const device = where === "host" ? undefined : input.devices[where];
    if (device?.node === undefined) continue;
    const way = wayTo(device, input.links);
    const seconds = 2 * (way.seconds + (batch * input.geometry.embeddingLength * ACTIVATION_BYTES) / way.bytesPerSec);
    add(step, {
      worker: "link",
      seconds,
      spent: { link: seconds },
      ideal: 0,
      spread: COPY_SPREAD,
      provenance: way.known ? "datasheet" : "assumed",
      term: `${us(seconds)} [passing on]`,
      derived: () => [
        {
          label: `passing a micro-batch to ${device.name}, there and back`,
          value: us(seconds),
          formula: `2 x (${us(way.seconds)} + ${batch} x ${input.geometry.embeddingLength} x ${ACTIVATION_BYTES} B / ${formatRate(way.bytesPerSec)})`,
          because: wayText(way),
        },
      ],
    });
  }
}
