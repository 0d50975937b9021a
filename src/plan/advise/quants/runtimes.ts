import type { Geometry } from "../../../facts/model/index.ts";
import { kernelFor, RUNTIME_ROWS, type Chip, type KernelRow, type RuntimeRow } from "../../../facts/runtime/index.ts";
import type { QuantRuntime } from "./row.ts";

const HALVES = new Set(["F32", "F16", "BF16"]);
const GRADES: readonly KernelRow["grade"][] = ["native", "unpacked", "slow"];

/** The programs that multiply all of these stored types on all of these chips. */
export function runtimesFor(
  format: RuntimeRow["formats"][number],
  stored: readonly string[],
  chips: readonly Chip[],
  geometry: Geometry,
): QuantRuntime[] {
  return RUNTIME_ROWS.flatMap((runtime): QuantRuntime[] => {
    if (!runtime.formats.includes(format) || whyNot(runtime, chips, geometry) !== undefined) return [];
    const found = chips.flatMap((chip) => stored.map((type) => kernelFor(runtime.id, type, chip)));
    const [first] = found;
    if (first === undefined || found.some((kernel) => kernel === undefined)) return [];
    // the matrices that most bytes lie in say which kernel it is; a few halves beside them change nothing
    const kernels = [...new Set(found.filter((kernel) => kernel !== undefined))].filter(
      (kernel) => kernel === first || !kernel.stores.every((type) => HALVES.has(type)),
    );
    const grade = GRADES[Math.max(...kernels.map((kernel) => GRADES.indexOf(kernel.grade)))]!;
    const notes = kernels.flatMap(({ note }) => (note === undefined ? [] : [note]));
    return [
      {
        runtime: runtime.id,
        title: runtime.title,
        versions: first.versions,
        kernel: first.name,
        grade: first.grade === "native" && grade === "unpacked" ? "unpacked" : grade,
        computes: first.computes,
        notes: [...new Set(notes)],
        source: first.source,
        date: first.date,
        ...(runtime.retired === undefined ? {} : { retired: runtime.retired }),
      },
    ];
  });
}

/** Why a program is out of the question for a model on these chips, whatever the scheme. */
export function whyNot(runtime: RuntimeRow, chips: readonly Chip[], { architecture }: Geometry): string | undefined {
  const { title, systems, architectures } = runtime;
  const os = chips[0]?.os;
  if (os !== undefined && !systems.includes(os)) return `${title} does not run on ${SYSTEM_NAMES[os]}`;
  if (architectures && !architectures.includes(architecture))
    return `${title}'s list of architectures has no ${architecture}`;
  return undefined;
}

const SYSTEM_NAMES = { linux: "Linux", win32: "Windows", darwin: "macOS" } as const;
