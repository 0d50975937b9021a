import { truncateSync, writeFileSync } from "node:fs";
import { writeGguf } from "../../src/facts/weights/index.ts";
import { draftOf, SHAPES } from "../dry-run/headers.ts";

/** A model the sweep asks about: a header, written when its turn comes. */
export interface SweepModel {
  readonly name: string;
  readonly architecture: string;
  write(path: string): void;
}

export const SWEEP_MODELS: readonly SweepModel[] = SHAPES.map((shape) => ({
  name: shape.name,
  architecture: shape.architecture,
  write: (path) => {
    const { header, fileBytes } = writeGguf(draftOf(shape));
    writeFileSync(path, header);
    truncateSync(path, fileBytes);
  },
}));
