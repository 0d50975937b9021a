import type { ImageSize } from "../../../facts/model/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import { parseCount } from "../../../facts/units/index.ts";

export const MOST_IMAGES = 1000;
/** the engine takes sides up to here (clip.h) */
const MOST_PIXELS = 46_000;
const MOST_SECONDS = 86_400;

export const mediaFlags = {
  images: {
    kind: "parsed",
    parse: (text: string) => parseCount(text, "--images", 0, MOST_IMAGES),
    brief: "Images that each request brings",
    optional: true,
  },
  imageSize: {
    kind: "parsed",
    parse: imageSizeOf,
    brief: "Their pixels: 1920x1080; without it 1024x1024",
    optional: true,
  },
  audio: {
    kind: "parsed",
    parse: secondsOf,
    brief: "Sound that each request brings: 30s, 5min",
    optional: true,
  },
  mmproj: {
    kind: "parsed",
    parse: String,
    brief: "Projector file of the model; else a known one",
    optional: true,
  },
  noMmprojOffload: {
    kind: "boolean",
    brief: "Projector on the CPU",
    optional: true,
    withNegated: false,
  },
} as const;

function imageSizeOf(text: string): ImageSize {
  const match = /^\s*(\d+)\s*[x×*]\s*(\d+)\s*$/i.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (width >= 1 && height >= 1 && width <= MOST_PIXELS && height <= MOST_PIXELS) return { width, height };
  throw new LoadoutError("bad-quantity", {
    what: "--image-size",
    expected: "width x height in pixels",
    got: text,
    example: "1920x1080",
  });
}

function secondsOf(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|sec|min|m|h)?\s*$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() ?? "s";
  const seconds = match ? Number(match[1]) * (unit === "h" ? 3600 : unit.startsWith("m") ? 60 : 1) : Number.NaN;
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new LoadoutError("bad-quantity", { what: "--audio", expected: "a length of sound", got: text, example: "30s" });
}
