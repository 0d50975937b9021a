/** The Python package whose wheels hold a whole llama-server, as one library: MIT, no dependencies, Python 3.10 or later. */
export const MANAGED_PACKAGE = {
  name: "xllamacpp",
  version: "2026.10.11549",
  /** of llama.cpp inside: the version's last part */
  buildNumber: 11_549,
  licence: { name: "MIT", url: "https://github.com/xorbitsai/xllamacpp/blob/main/LICENSE", restricted: false },
} as const;

/** One wheel: how its file name ends, and what it is to the byte. */
export interface Wheel {
  readonly tag: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Wheels of that version for the processor (and Metal), as the package index serves them; sums taken from the files in November 2026. */
export const MANAGED_WHEELS: readonly Wheel[] = [
  {
    tag: "cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64",
    bytes: 33_827_498,
    sha256: "c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261",
  },
  {
    tag: "cp310-abi3-manylinux2014_aarch64.manylinux_2_17_aarch64",
    bytes: 32_870_844,
    sha256: "e2a3e79e775515de4ad197e667f874070446ef9ac9cf2044bc9866bc4c72289e",
  },
  {
    tag: "cp310-abi3-macosx_13_0_arm64",
    bytes: 12_152_949,
    sha256: "4ecda27a308b2403aa13c9d04b270befab95edc556c24ed00b2f8a98bd7f6781",
  },
  {
    tag: "cp310-abi3-win_amd64",
    bytes: 8_733_245,
    sha256: "1b76730ab9af47ec8d05a3d55154305fa92642f694dd9ad87d9e5a5e9956a59d",
  },
];
