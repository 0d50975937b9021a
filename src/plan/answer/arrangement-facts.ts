import { arrangements, type Arrangement } from "../advise/index.ts";
import type { Choice, FitRequest, VerdictWord } from "../fit/index.ts";
import type { ServerContext } from "./launch.ts";

/** One way over several devices, as an answer says it. */
export interface ArrangementFacts {
  readonly devices: readonly {
    readonly name: string;
    readonly layers: number;
    readonly needBytes: number;
    readonly marginBytes: number;
  }[];
  readonly layersOnHost: number;
  readonly flags: string;
  readonly verdict: VerdictWord;
  readonly deviceBytes: number;
  readonly decodeTokensPerSec?: number;
  readonly because: string;
}

export function arrangementFacts(choice: Choice, { request }: ServerContext): ArrangementFacts[] {
  return arrangements(request, choice).map((each) => factsOf(request, each));
}

function factsOf({ rig }: FitRequest, each: Arrangement): ArrangementFacts {
  const { order, layers, onHost, flags, verdict, deviceBytes, decode, because } = each;
  return {
    devices: order.map((index, at) => {
      const balance = verdict.places.find(({ place }) => place === index);
      return {
        name: rig.devices[index]!.name,
        layers: layers[at]!,
        needBytes: balance?.need ?? 0,
        marginBytes: balance?.margin ?? 0,
      };
    }),
    layersOnHost: onHost,
    flags: flags.join(" "),
    verdict: verdict.verdict,
    deviceBytes,
    ...(decode ? { decodeTokensPerSec: decode.tokensPerSec } : {}),
    because,
  };
}
