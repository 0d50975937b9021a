import type { ImageSize } from "../../../facts/model/index.ts";

/** Flags that say what a request brings besides text. */
export interface MediaFlags {
  readonly images?: number;
  readonly imageSize?: ImageSize;
  /** seconds */
  readonly audio?: number;
  /** projector file */
  readonly mmproj?: string;
  readonly noMmprojOffload?: boolean;
}

/** Whether any of them was typed. */
export function bringsMedia({ images, imageSize, audio, mmproj, noMmprojOffload }: MediaFlags): boolean {
  return [images, imageSize, audio, mmproj, noMmprojOffload].some((flag) => flag !== undefined);
}
