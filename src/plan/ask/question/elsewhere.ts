import { LoadoutError } from "../../../facts/errors/index.ts";
import { llamaCppBuild, LLAMACPP_CALLERS, OLLAMA_NEWEST, ollamaEra } from "../../../facts/runtime/index.ts";
import { predictOllama } from "../../../predict/memory/index.ts";
import type { QuestionFlags } from "../flags/question-flags.ts";
import { serverRuntime, type Runtime } from "../flags/runtime.ts";

type ElsewhereFlags = Pick<QuestionFlags, "runtimeVersion" | "build" | "serverArgs" | "draft">;

/** Ollama at a version, or LM Studio with a build of llama.cpp in it. */
export function elsewhereRuntime(program: "ollama" | "lm-studio", flags: ElsewhereFlags): Runtime {
  refuseForeign(program, flags);
  return program === "ollama" ? ollamaRuntime(flags.runtimeVersion ?? OLLAMA_NEWEST) : lmStudioRuntime(flags.build);
}

function refuseForeign(program: string, { serverArgs, draft, build, runtimeVersion }: ElsewhereFlags): void {
  const flag =
    serverArgs !== undefined
      ? "--server-args"
      : draft !== undefined
        ? "--draft"
        : program === "ollama" && build !== undefined
          ? "--build"
          : program === "lm-studio" && runtimeVersion !== undefined
            ? "--runtime-version"
            : undefined;
  if (flag === undefined) return;
  const expected = `nothing of the kind beside --runtime ${program}`;
  throw new LoadoutError("bad-quantity", { what: flag, expected, got: flag, example: `--runtime ${program} alone` });
}

function ollamaRuntime(version: string): Runtime {
  const found = ollamaEra(version);
  if (found === undefined) {
    throw new LoadoutError("bad-quantity", {
      what: "--runtime-version",
      expected: "a version of Ollama",
      got: version,
      example: "--runtime ollama --runtime-version 0.17.4",
    });
  }
  const { era } = found;
  const { build } = llamaCppBuild(era.build)!;
  return {
    engine: "Ollama",
    version,
    buildName: era.buildName,
    buildNumber: build.number,
    build,
    caller: era.id === "llama-server" ? LLAMACPP_CALLERS["llama-server"] : LLAMACPP_CALLERS.library,
    standing: "known",
    elsewhere: {
      memory: (question) => predictOllama({ ...question, era }),
      told: (weights) => ({ program: "ollama", version, found, weights }),
    },
  };
}

/** Its logs print a row of logits for every token of a step, as programs around the library do. */
function lmStudioRuntime(build: string | undefined): Runtime {
  const server = serverRuntime(build);
  return {
    ...server,
    engine: "LM Studio",
    caller: LLAMACPP_CALLERS.library,
    note: "LM Studio says little of how it starts its engine: taken as a program around the library, as its logs of 2025 print",
    elsewhere: { told: (weights) => ({ program: "lm-studio", weights }) },
  };
}
