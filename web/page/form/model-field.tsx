import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { formatCount, formatTokens } from "../../../src/facts/units/index.ts";
import { engine, openings, problemOf, type Problem } from "../state/answers.ts";
import { valueOf } from "../state/flags.ts";
import { fit } from "../state/questions.ts";
import { change, flags } from "../state/store.ts";
import { findableModels } from "./catalogs.ts";
import { Combobox } from "./combobox.tsx";
import { find } from "./find.ts";

/** Kinds of files whose header says what a model is. */
const ACCEPTED = ".gguf,.safetensors,.json";

/** Reads the header of a file, or of a set of them, in this browser and asks about the model in it. */
export async function openModel(files: readonly File[]): Promise<Problem | undefined> {
  try {
    const opened = await engine.open(files);
    openings.value += 1;
    change({ model: opened.model, quant: undefined }, "step");
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

export function ModelField() {
  const problem = useSignal<Problem | undefined>(undefined);
  const chooser = useRef<HTMLInputElement>(null);
  const { answer } = fit.value;
  const asked = valueOf(flags.value, "model") ?? "";
  const about = answer?.model;
  const search = async (typed: string) => find(await findableModels(), typed === asked ? "" : typed);
  return (
    <div class="model-field">
      <Combobox
        id="model"
        label="Model"
        text={asked}
        placeholder="qwen3-8b, gemma, llama 70b ..."
        search={search}
        onChoose={(model) => {
          problem.value = undefined;
          openings.value += 1;
          change({ model, quant: undefined }, "step");
        }}
        hint="All of the catalog. Any words of a name find it."
      />
      <p class="hint facts" data-testid="model-facts">
        {about === undefined
          ? " "
          : `${about.name} · ${formatCount(about.parameters)} parameters · trained for ${formatTokens(about.contextLength)}`}
      </p>
      <input
        ref={chooser}
        id="model-file"
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-hidden="true"
        accept={ACCEPTED}
        multiple
        onChange={(event) => {
          const field = event.currentTarget;
          const files = [...(field.files ?? [])];
          if (files.length > 0) void openModel(files).then((said) => (problem.value = said));
          field.value = "";
        }}
      />
      <button type="button" class="link" onClick={() => chooser.current?.click()}>
        Open or drop a file: GGUF, safetensors or config.json
      </button>
      {problem.value === undefined ? null : (
        <p class="problem" role="alert" data-code={problem.value.code}>
          {problem.value.message} {problem.value.hint}
        </p>
      )}
    </div>
  );
}
