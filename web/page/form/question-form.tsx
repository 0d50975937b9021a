import { useSignal } from "@preact/signals";
import { formatTokens } from "../../../src/facts/units/index.ts";
import { valueOf } from "../state/flags.ts";
import { Later } from "../parts/later.tsx";
import { fit, USUAL_CONTEXT } from "../state/questions.ts";
import { countOf, tokenSteps, tokensOf, USER_STEPS } from "../state/steps.ts";
import { change, flags } from "../state/store.ts";
import { Segments, Select, type Option } from "./choose.tsx";
import { CACHE_TYPES, FILE_TYPES, GOALS } from "./flag-values.ts";
import { ModelField } from "./model-field.tsx";
import { RigField } from "./rig-field.tsx";
import { Slider } from "./slider.tsx";

/** What is shown until the first answer says what was chosen, tokens. */
const CONTEXT = 8192;

export function QuestionForm() {
  return (
    <form class="question" aria-label="The question" onSubmit={(event) => event.preventDefault()}>
      <ModelField />
      <RigField />
      <Segments
        name="goal"
        label="Goal"
        options={GOALS}
        value={valueOf(flags.value, "goal") ?? "interactive"}
        onChoose={(goal) => change({ goal: goal === "interactive" ? undefined : goal }, "step")}
      />
      <Contexts />
      <div class="pair">
        <Quantization />
        <Select
          id="kv-type"
          label="KV cache"
          value={valueOf(flags.value, "kv-type") ?? ""}
          options={CACHE_TYPES}
          onChoose={(type) => change({ "kv-type": type })}
        />
      </div>
      <More />
    </form>
  );
}

/** A setting as the plan decided it. */
function decided(setting: string): number | undefined {
  const value = fit.value.answer?.decisions.find((one) => one.setting === setting)?.value;
  return typeof value === "number" ? value : undefined;
}

function trained(): number {
  return fit.value.answer?.model.contextLength ?? USUAL_CONTEXT;
}

function Contexts() {
  return (
    <>
      <Slider
        id="context"
        label="Context of each user"
        typed={valueOf(flags.value, "context")}
        chosen={decided("context") ?? CONTEXT}
        steps={tokenSteps(trained())}
        format={formatTokens}
        parse={tokensOf}
        onChange={(context) => change({ context })}
      />
      <Slider
        id="users"
        label="Users at the same time"
        typed={valueOf(flags.value, "users")}
        chosen={decided("users") ?? 1}
        steps={USER_STEPS}
        format={String}
        parse={countOf}
        onChange={(users) => change({ users })}
      />
    </>
  );
}

/** What few change, open where it was changed. */
function More() {
  const open = useSignal(MORE.some((name) => flags.peek()[name] !== undefined));
  return (
    <details class="more" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>Prompt to time, runtime, what stays on the CPU</summary>
      <Later when={() => open.value} load={async () => (await import("./more-fields.tsx")).MoreFields} />
    </details>
  );
}

const MORE = [
  "prompt",
  "cached",
  "images",
  "audio",
  "runtime",
  "build",
  "gpu-layers",
  "cpu-experts",
  "micro-batch",
  "threads",
  "draft",
  "disk",
  "backend",
  "os",
] as const;

function Quantization() {
  const more = useSignal<readonly Option[]>([]);
  const asked = valueOf(flags.value, "quant");
  const chosen = fit.value.answer?.model.quantization;
  const free = {
    value: "",
    label: asked === undefined && chosen !== undefined ? `chosen: ${chosen}` : "let it choose",
  };
  const open = async () => {
    if (more.value.length > 0) return;
    const { allFileTypes } = await import("./all-file-types.ts");
    more.value = allFileTypes;
  };
  return (
    <div onFocusIn={() => void open()} onPointerEnter={() => void open()}>
      <Select
        id="quant"
        label="Quantization"
        value={asked ?? ""}
        options={[free, ...(more.value.length > 0 ? more.value : FILE_TYPES)]}
        onChoose={(quant) => change({ quant })}
      />
    </div>
  );
}
