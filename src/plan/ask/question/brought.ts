import { formatNumber } from "../../../facts/units/index.ts";
import type { TypedFlags } from "../../answer/index.ts";
import type { Media } from "../../fit/index.ts";
import type { QuestionFlags, Runtime } from "../flags/index.ts";
import type { Weights } from "../model/index.ts";
import type { Asking } from "./asking.ts";
import type { PlannedMachine } from "./machine.ts";
import { type FoundProjector, mediaOf } from "./media.ts";

/** Text of a request with images where nobody says how long it is: what is timed without images too. */
const TEXT_TOKENS = 512;

/** What flags about images and sound make of a question: its prompt is longer by their tokens. */
export async function brought(
  asking: Pick<Asking, "projector">,
  {
    flags,
    promptTokens = TEXT_TOKENS,
    typed = [],
  }: {
    readonly flags: QuestionFlags;
    readonly promptTokens?: number | undefined;
    readonly typed?: TypedFlags | undefined;
  },
  machine: PlannedMachine,
  weights: Weights,
  { build }: Pick<Runtime, "build">,
): Promise<{
  readonly media: Media;
  readonly promptTokens: number;
  readonly typed: TypedFlags;
  readonly projector?: FoundProjector;
}> {
  const found = await asking.projector?.(flags.mmproj, weights);
  const { devices } = machine.report.rig;
  const media = await mediaOf({ flags, weights, devices, build, found });
  return {
    media,
    promptTokens: promptTokens + media.tokens,
    typed: [...typed, ...typedMedia(flags)],
    ...(found && { projector: found }),
  };
}

function typedMedia({ images, imageSize, audio, mmproj, noMmprojOffload }: QuestionFlags): TypedFlags {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["--images", images?.toString()],
    ["--image-size", imageSize && `${imageSize.width}x${imageSize.height}`],
    ["--audio", audio === undefined ? undefined : `${formatNumber(audio, 6)}s`],
    ["--mmproj", mmproj],
    ["--no-mmproj-offload", noMmprojOffload ? "" : undefined],
  ];
  return rows.flatMap(([flag, value]) => (value === undefined ? [] : [[flag, value] as const]));
}
