// Kinds of audio projectors (tools/mtmd of llama.cpp b11434): mtmd-audio.cpp for frames, clip.cpp:4300-4420 for tokens.

export interface AudioRow {
  readonly family: string;
  readonly samplesPerSec: number;
  /** how sound is cut into pieces and frames */
  readonly frames: "whisper" | "windows-of-8s" | "minutes" | "centred" | "centred-pairs" | "semicausal" | "raw";
  /** samples from one frame to the next */
  readonly hop: number;
  /** what becomes of a piece's frames */
  readonly tokens:
    | "halved"
    | "thirteen-a-second"
    | "eighth"
    | "eighth-in-steps"
    | "quarter-in-steps"
    | "windowed"
    | "grouped"
    | "frames"
    | "framed-stack";
  /** frames are stacked by the file's factor before */
  readonly stacked?: true;
  /** and averaged in twos after */
  readonly averaged?: true;
  /** text tokens before and after a clip */
  readonly around?: number;
  readonly lines: string;
}

const WHISPER = { samplesPerSec: 16_000, frames: "whisper", hop: 160, tokens: "halved" } as const;
const CENTRED = { samplesPerSec: 16_000, frames: "centred", hop: 160 } as const;

/** By the projector type that a file names. */
export const AUDIO_ROWS: Readonly<Record<string, AudioRow>> = {
  ultravox: { ...WHISPER, family: "Ultravox", stacked: true, lines: "clip.cpp:1795, mtmd.cpp:965" },
  voxtral: {
    ...WHISPER,
    family: "Voxtral",
    stacked: true,
    averaged: true,
    around: 1,
    lines: "clip.cpp:1799, mtmd.cpp:953",
  },
  qwen2a: { ...WHISPER, family: "Qwen2-Audio", averaged: true, around: 2, lines: "clip.cpp:1796, mtmd.cpp:939" },
  "qwen2.5o": { ...WHISPER, family: "Qwen2.5-Omni", averaged: true, around: 2, lines: "clip.cpp:1292, mtmd.cpp:939" },
  meralion: { ...WHISPER, family: "MERaLiON", stacked: true, lines: "clip.cpp:1800, mtmd.cpp:967" },
  musicflamingo: {
    ...WHISPER,
    family: "Music Flamingo",
    averaged: true,
    around: 1,
    lines: "clip.cpp:1801, mtmd.cpp:959",
  },
  glma: { ...WHISPER, family: "GLM-ASR", tokens: "framed-stack", lines: "clip.cpp:1798, mtmd.cpp:966" },
  qwen3a: {
    ...CENTRED,
    family: "Qwen3-Omni",
    frames: "windows-of-8s",
    tokens: "thirteen-a-second",
    around: 2,
    lines: "clip.cpp:1797, mtmd.cpp:947",
  },
  lfm2a: { ...CENTRED, family: "LFM2-Audio", tokens: "eighth-in-steps", lines: "clip.cpp:1954, mtmd.cpp:971" },
  parakeet: { ...CENTRED, family: "Parakeet", tokens: "eighth", lines: "clip.cpp:1495, mtmd.cpp:985" },
  granite_speech: {
    ...CENTRED,
    family: "Granite Speech",
    frames: "centred-pairs",
    tokens: "windowed",
    lines: "clip.cpp:1997, mtmd.cpp:975",
  },
  gemma4a: {
    ...CENTRED,
    family: "Gemma 4",
    frames: "semicausal",
    tokens: "quarter-in-steps",
    around: 2,
    lines: "clip.cpp:1976, mtmd.cpp:979",
  },
  gemma4ua: {
    ...CENTRED,
    family: "Gemma 4 unified",
    frames: "raw",
    hop: 640,
    tokens: "frames",
    around: 2,
    lines: "clip.cpp:1989, mtmd.cpp:989",
  },
  dots3note_a: {
    ...CENTRED,
    family: "dots3.note",
    frames: "minutes",
    tokens: "eighth",
    around: 2,
    lines: "clip.cpp:1574, mtmd.cpp:995",
  },
  mimo_audio: {
    ...CENTRED,
    family: "MiMo-Audio",
    samplesPerSec: 24_000,
    hop: 240,
    tokens: "grouped",
    around: 2,
    lines: "clip.cpp:1818, mtmd.cpp:1002",
  },
};
