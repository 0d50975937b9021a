import type { CatalogRow } from "../../../facts/hardware/index.ts";
import { good, weigh, type FitRequest } from "../../fit/index.ts";
import { offloads, offloadsAbout } from "./offload.ts";
import { placed, placedAbout, type Placed } from "./placed.ts";
import type { Candidate, CardsQuestion } from "./question.ts";
import { askedSettings, requestOn, sharedMemory } from "./shared-memory.ts";

/** How each device would hold the model: the smallest size that does, else two of it, else what it can with the CPU's help. */
export interface Placer {
  /** within a layer or two of what is left on the CPU */
  readonly about: (row: CatalogRow) => PlacedCandidate;
  /** by whole replays */
  readonly exact: (candidate: Candidate) => Placed;
}

export interface PlacedCandidate {
  readonly candidate: Candidate;
  readonly placed: Placed;
}

export function placerFor(question: CardsQuestion): Placer {
  const memoryOn = sharedMemory(question);
  const all = askedSettings(question);
  const asked = ({ rig }: Candidate): FitRequest => requestOn(question, rig, memoryOn(rig));

  function about(row: CatalogRow): PlacedCandidate {
    const sizes = row.memoryBytes.toSorted((a, b) => a - b);
    let tight: Candidate | undefined;
    for (const count of canBeTwo(row) ? ([1, 2] as const) : ([1] as const)) {
      for (const sizeBytes of sizes) {
        const candidate = candidateOf(question, row, sizeBytes, count);
        const { verdict } = weigh(asked(candidate), all).now;
        if (verdict === "fits") return { candidate, placed: placed(asked(candidate), all) };
        if (verdict === "tight") tight ??= candidate;
      }
    }
    if (tight) return { candidate: tight, placed: placed(asked(tight), all) };
    const candidate = candidateOf(question, row, sizes.at(-1)!, 1);
    const request = asked(candidate);
    const ways = sharesRam(candidate) ? [] : offloadsAbout(request, all);
    return {
      candidate,
      placed: fastest(ways.map((way) => placedAbout(request, way))) ?? { settings: all, verdict: "does not fit", marginBytes: 0 },
    };
  }

  function exact(candidate: Candidate): Placed {
    const request = asked(candidate);
    const whole = placed(request, all);
    if (good(whole.verdict) || sharesRam(candidate)) return whole;
    return fastest(offloads(request, all).map((way) => placed(request, way.settings, way))) ?? whole;
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

function candidateOf(question: CardsQuestion, row: CatalogRow, sizeBytes: number, count: 1 | 2): Candidate {
  const { rigByHand, ram, limits } = question;
  const name = `${row.id}:${sizeBytes / 2 ** 30}GB`;
  const { rig } = rigByHand({
    gpus: [count === 1 ? name : `${count}x ${name}`],
    ...(ram === undefined || row.class === "soc" ? {} : { ram }),
    ...(limits.system === undefined ? {} : { os: limits.system }),
  });
  return { row, sizeBytes, count, rig };
}

/** Two cards go into one computer; chips, laptops and modules do not. */
function canBeTwo({ class: line }: CatalogRow): boolean {
  return line !== "soc" && line !== "laptop";
}
