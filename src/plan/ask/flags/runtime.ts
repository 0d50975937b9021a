import { LoadoutError } from "../../../facts/errors/index.ts";
import {
  llamaCppBuild,
  LLAMACPP_BUILDS,
  LLAMACPP_CALLERS,
  type FoundBuild,
  type LlamaCppBuild,
  type LlamaCppCaller,
} from "../../../facts/runtime/index.ts";
import type { LlamaCppQuestion, MemoryPrediction } from "../../../predict/memory/index.ts";
import type { ElsewhereContext } from "../../answer/index.ts";
import type { WeightsPlace } from "../../command/index.ts";

/** Programs around llama.cpp that a loadout can be planned for. */
export const RUNTIMES = ["embedded", "llama-server", "ollama", "lm-studio"] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** A program, the build of llama.cpp in it, and how well that build is known. */
export interface Runtime {
  readonly engine: string;
  readonly version: string;
  /** as it was asked for, or as the program is pinned */
  readonly buildName: string;
  readonly buildNumber: number;
  readonly build: LlamaCppBuild;
  readonly caller: LlamaCppCaller;
  /** how well the build is known: outside what is known compute buffers are intervals */
  readonly standing: FoundBuild["standing"];
  /** said where the build has no rules of its own here */
  readonly note?: string;
  /** a program that does more than call llama.cpp: how it takes memory, and how it is told */
  readonly elsewhere?: {
    readonly memory?: (question: Omit<LlamaCppQuestion, "build" | "caller">) => MemoryPrediction;
    readonly told: (weights: WeightsPlace) => ElsewhereContext;
  };
}

/** The embedded engine as this package pins it; a newer pin is a new row of {@link LLAMACPP_BUILDS}. */
const EMBEDDED = { engine: "node-llama-cpp", version: "3.21.1", build: "v0.4.0" } as const;

export function embeddedRuntime(): Runtime {
  const { engine, version } = EMBEDDED;
  return { engine, version, ...knownBuild(EMBEDDED.build), caller: LLAMACPP_CALLERS["node-llama-cpp"] };
}

/** llama-server at a build a person names ("b11434", "v0.4.0", a date), or the newest that is known. */
export function serverRuntime(build: string = LLAMACPP_BUILDS.at(-1)!.id): Runtime {
  const known = knownBuild(build);
  return { engine: "llama-server", version: known.buildName, ...known, caller: LLAMACPP_CALLERS["llama-server"] };
}

function knownBuild(said: string): Pick<Runtime, "buildName" | "buildNumber" | "build" | "standing" | "note"> {
  const found = llamaCppBuild(said);
  if (found === undefined) {
    throw new LoadoutError("bad-quantity", {
      what: "--build",
      expected: "a build of llama.cpp: its number, its version or its date",
      got: said,
      example: "--build b11434, --build v0.4.0, --build 2026-08-20",
    });
  }
  const number = /^b?(\d+)$/.exec(said);
  const buildNumber = number ? Number(number[1]) : found.build.number;
  const note = NOTES[found.standing](said, found.build);
  const { build, standing } = found;
  return { buildName: said, buildNumber, build, standing, ...(note === undefined ? {} : { note }) };
}

const NOTES = {
  known: () => undefined,
  between: (said: string, { label }: LlamaCppBuild) => `${said} has no rules of its own here: taken as ${label}`,
  newer: (said: string, { label }: LlamaCppBuild) =>
    `${said} is newer than the newest build known here: taken as ${label}, and buffers of graphs may differ`,
  older: (said: string, { label }: LlamaCppBuild) =>
    `${said} is older than the oldest build known here: taken as ${label}`,
} as const;
