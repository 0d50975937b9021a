import { basename, dirname } from "node:path";
import type { FoundFile, LocalWeights } from "./weights.ts";

/** Split sets as llama.cpp's gguf-split names them: `NAME-00001-of-00003.gguf`, counted from 1. */
const PART = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/i;

/** Puts split sets together, tells projectors from models, and lists the same bytes once. */
export function groupFiles(found: readonly FoundFile[]): LocalWeights[] {
  const seen = new Set<string>();
  const sets = new Map<string, FoundFile[]>();
  for (const file of found) {
    if (seen.has(file.realPath)) continue;
    seen.add(file.realPath);
    const part = PART.exec(file.file);
    const key = part ? [dirname(file.path), part[1], part[3]].join("\0") : file.path;
    sets.set(key, [...(sets.get(key) ?? []), file]);
  }
  const rows = [...sets.values()].map(toWeights);
  return rows.map((row) => withProjector(row, rows));
}

function toWeights(set: FoundFile[]): LocalWeights {
  const files = set.sort((a, b) => (a.file < b.file ? -1 : 1));
  const first = files[0]!;
  const incomplete = files.find((file) => file.incomplete)?.incomplete ?? missingParts(files);
  return {
    name: nameOf(first),
    path: first.path,
    files: files.map((file) => file.path),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    origin: first.origin,
    role: first.role ?? (isProjectorName(first.file) ? "projector" : "model"),
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}

function missingParts(files: readonly FoundFile[]): string | undefined {
  const parts = files.map((file) => PART.exec(file.file));
  const count = Number(parts[0]?.[3] ?? files.length);
  const present = new Set(parts.map((part) => Number(part?.[2] ?? 1)));
  const missing: number[] = [];
  for (let part = 1; part <= count && missing.length < 5; part += 1) if (!present.has(part)) missing.push(part);
  return missing.length === 0 ? undefined : `part ${missing.join(", ")} of ${count} is missing`;
}

function nameOf({ file, owner, origin }: FoundFile): string {
  if (origin === "ollama") return owner ?? file;
  const part = PART.exec(basename(file));
  const stem = part ? part[1]! : basename(file).replace(/\.gguf$/i, "");
  return owner === undefined ? stem : `${owner}:${stem}`;
}

/** Converters name projector files `mmproj-...` or `...-mmproj-...` (llama.cpp's tools/mtmd). */
function isProjectorName(file: string): boolean {
  return /(?:^|[-_.])mmproj(?:[-_.]|$)/i.test(basename(file));
}

/** A projector belongs to the models of its folder; in an Ollama store to the model of the same manifest. */
function withProjector(row: LocalWeights, rows: readonly LocalWeights[]): LocalWeights {
  if (row.role !== "model") return row;
  const projector = rows.find(
    (other) =>
      other.role === "projector" &&
      (row.origin === "ollama" ? other.name === row.name : dirname(other.path) === dirname(row.path)),
  );
  return projector === undefined ? row : { ...row, projector: projector.path };
}
