import { AUDIO_ROWS, type AudioRow, type Tower } from "../../../../facts/model/index.ts";

/** What a clip comes to. */
export interface AudioTokens {
  readonly embeddings: number;
  /** tokens of text around them */
  readonly marks: number;
  /** frames of each piece that is read */
  readonly read: readonly number[];
}

const int = Math.trunc;

/** A clip of so many seconds; tokens exact. */
export function audioTokens(tower: Tower, seconds: number): AudioTokens {
  const row = AUDIO_ROWS[tower.type]!;
  const samples = Math.max(1, int(seconds * row.samplesPerSec));
  const read = piecesOf(row, samples);
  return {
    read,
    embeddings: read.reduce((sum, frames) => sum + tokensOf(row, tower, frames), 0),
    marks: row.around ?? 0,
  };
}

/** Frames of every piece (mtmd-audio.cpp, `preprocess` of each kind). */
function piecesOf({ frames, hop, samplesPerSec }: AudioRow, samples: number): number[] {
  switch (frames) {
    case "whisper": {
      // thirty seconds of silence are put behind the sound, and only whole pieces of thirty are read
      const all = int(Math.max(samples, 201) / hop) + 3001;
      return Array.from({ length: int(all / 3000) }, () => 3000);
    }
    case "windows-of-8s": {
      const all = int(samples / hop) + 1;
      return cutInto(all, 800).map((window) => Math.ceil(window / 100) * 100);
    }
    case "minutes":
      return cutInto(samples, 60 * samplesPerSec).flatMap((minute) => int(minute / hop) || []);
    case "centred":
      return [int(samples / hop) + 1];
    case "centred-pairs":
      return [int((int(samples / hop) + 1) / 2)];
    case "semicausal":
      // frames of 320 samples and one more, half of one before the sound
      return cutInto(samples, 30 * samplesPerSec).map((piece) => int((piece + 160 - 321) / hop) + 1);
    default: // "raw"
      return [Math.ceil(samples / hop)];
  }
}

function cutInto(length: number, piece: number): number[] {
  return Array.from({ length: Math.ceil(length / piece) }, (_, index) => Math.min(piece, length - index * piece));
}

/** Embeddings of a piece (clip.cpp:4300 and on). */
function tokensOf({ tokens, stacked, averaged }: AudioRow, { audio }: Tower, frames: number): number {
  const { stackFactor = 1, windowLength = 1, downsampling = 1, groupLength = 1 } = audio ?? {};
  const factor = Math.max(1, stackFactor);
  switch (tokens) {
    case "halved": {
      const half = int((stacked ? Math.ceil(frames / factor) : frames) / 2);
      return averaged ? int(half / 2) : half;
    }
    case "thirteen-a-second":
      return int(frames / 100) * 13;
    case "eighth":
      return Math.ceil(frames / 8);
    case "eighth-in-steps":
      return [1, 2, 3].reduce((length) => int((length + 1) / 2), frames);
    case "quarter-in-steps":
      return [1, 2].reduce((length) => int((length - 1) / 2) + 1, frames);
    case "windowed":
      return Math.ceil(frames / windowLength) * int(windowLength / downsampling);
    case "grouped":
      return Math.ceil((int((int((frames - 1) / 2) + 1 - 2) / 2) + 1) / groupLength);
    case "frames":
      return frames;
    default: // "framed-stack"
      return int(int(frames / 2) / factor) + 2;
  }
}
