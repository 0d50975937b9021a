import type { CatalogRow, Rig } from "../../../facts/hardware/index.ts";
import { good, weighForWord, type FitRequest } from "../../fit/index.ts";
import { offloads, offloadsAbout } from "./offload.ts";
import { placed, placedAbout, withPrefill, type Placed } from "./placed.ts";
import type { Candidate, CardsQuestion } from "./question.ts";
import { askedSettings, requestOn, sharedMemories } from "./shared-memory.ts";

/** How each device would hold the model. */
export interface Placer {
  /**
   * The smallest size that holds it whole, or two of it; beside two also one with the CPU's help. What is left on the CPU is right
   * within a layer or two.
   */
  readonly about: (row: CatalogRow) => readonly PlacedCandidate[];
  /** by whole replays, and with the pace of prompts */
  readonly exact: (candidate: Candidate) => Placed;
}

export interface PlacedCandidate {
  readonly candidate: Candidate;
  readonly placed: Placed;
}

export function placerFor(question: CardsQuestion): Placer {
  const memoryOn = sharedMemories(question);
  const all = askedSettings(question);
  // what has no room as it is needs no replay
  const onDevices = question.tensors.reduce(
    (sum, { name, bytes }) => sum + (name.startsWith("token_embd") ? 0 : bytes),
    0,
  );
  const asked = ({ rig }: Candidate): FitRequest => requestOn(question, rig, memoryOn(rig));

  function about(row: CatalogRow): PlacedCandidate[] {
    const whole = wholeOn(row);
    if (whole?.candidate.count === 1 || (whole !== undefined && sharesRam(whole.candidate))) return [whole];
    return [...(whole ? [whole] : []), withCpuAbout(row)];
  }

  /** The smallest size with room to spare, else the smallest that is tight; of two cards only where one does not hold it. */
  function wholeOn(row: CatalogRow): PlacedCandidate | undefined {
    const sizes = row.memoryBytes.toSorted((a, b) => a - b);
    for (const count of canBeTwo(row) ? ([1, 2] as const) : ([1] as const)) {
      let tight: Candidate | undefined;
      for (const sizeBytes of sizes) {
        if (onDevices > sizeBytes * count) continue;
        const candidate = candidateOf(question, row, sizeBytes, count);
        const { verdict } = weighForWord(asked(candidate), all).now;
        if (verdict === "fits") return { candidate, placed: placed(asked(candidate), all) };
        if (verdict === "tight") tight ??= candidate;
      }
      if (tight) return { candidate: tight, placed: placed(asked(tight), all) };
    }
    return undefined;
  }

  function withCpuAbout(row: CatalogRow): PlacedCandidate {
    const candidate = candidateOf(question, row, Math.max(...row.memoryBytes), 1);
    const ways = sharesRam(candidate) ? [] : offloadsAbout(asked(candidate), all);
    const best = fastest(ways.map((way) => placedAbout(asked(candidate), way)));
    return { candidate, placed: best ?? { settings: all, verdict: "does not fit", marginBytes: 0 } };
  }

  function exact(candidate: Candidate): Placed {
    const request = asked(candidate);
    const whole = placed(request, all);
    const best =
      good(whole.verdict) || sharesRam(candidate)
        ? whole
        : (fastest(offloads(request, all).map((way) => placed(request, way.settings, way))) ?? whole);
    return withPrefill(request, best);
  }

  return { about, exact };
}

/** Of the ways of leaving something on the CPU. */
function fastest(ways: readonly Placed[]): Placed | undefined {
  return ways.toSorted((a, b) => (b.decode?.tokensPerSec ?? 0) - (a.decode?.tokensPerSec ?? 0))[0];
}

/** What lies in the RAM already has nothing to gain there. */
function sharesRam({ rig }: Candidate): boolean {
  return rig.devices.some(({ memoryKind }) => memoryKind === "unified");
}

/** Rigs by the words they were described with: every step of a slider asks for the same. */
const MOST_RIGS = 4096;
const RIGS = new WeakMap<CardsQuestion["rigByHand"], Map<string, Rig>>();

function candidateOf(question: CardsQuestion, row: CatalogRow, sizeBytes: number, count: 1 | 2): Candidate {
  const { rigByHand, ram, limits } = question;
  // a bare id is found at once
  const name = row.memoryBytes.length === 1 ? row.id : `${row.id}:${sizeBytes / 2 ** 30}GB`;
  const words = {
    gpus: [count === 1 ? name : `${count}x ${name}`],
    ...(ram === undefined || row.class === "soc" ? {} : { ram }),
    ...(limits.system === undefined ? {} : { os: limits.system }),
  };
  const rigs = RIGS.get(rigByHand) ?? new Map<string, Rig>();
  RIGS.set(rigByHand, rigs);
  const key = JSON.stringify(words);
  const rig = rigs.get(key) ?? rigByHand(words).rig;
  if (rigs.size >= MOST_RIGS) rigs.clear();
  rigs.set(key, rig);
  return { row, sizeBytes, count, rig };
}

/** Two cards go into one computer; chips, laptops and modules do not. */
function canBeTwo({ class: line }: CatalogRow): boolean {
  return line !== "soc" && line !== "laptop";
}
