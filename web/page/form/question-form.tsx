import { CACHE_TYPES, RUNTIMES } from "./flag-values.ts";
import { FILE_TYPE_NAMES } from "../../../src/facts/recipe/index.ts";
import { formatPercent, formatTokens, parseCount, parseShare, parseTokens } from "../../../src/facts/units/index.ts";
import { GOAL_NAMES, GOALS } from "../../../src/plan/fit/index.ts";
import { USUAL_FILE_TYPES } from "../../../src/plan/search/index.ts";
import { valueOf, type FlagName } from "../state/flags.ts";
import { fit } from "../state/questions.ts";
import { nearestStep, tokenSteps, USER_STEPS } from "../state/steps.ts";
import { change, flags } from "../state/store.ts";
import { Segments, Select, TextField, type Option } from "./choose.tsx";
import { ModelField } from "./model-field.tsx";
import { RigField } from "./rig-field.tsx";
import { Slider } from "./slider.tsx";

/** Longest context that a slider reaches where no model is known yet, tokens. */
const USUAL_CONTEXT = 131_072;
const PROMPT = 512;
const SHARES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
const MOST_USERS = 256;

export function QuestionForm() {
  return (
    <form class="question" aria-label="The question" onSubmit={(event) => event.preventDefault()}>
      <ModelField />
      <RigField />
      <Segments
        name="goal"
        label="Goal"
        options={GOAL_NAMES.map((value) => ({ value, label: value }))}
        value={valueOf(flags.value, "goal") ?? "interactive"}
        onChoose={(goal) => change({ goal: goal === "interactive" ? undefined : goal }, "step")}
      />
      <Contexts />
      <div class="pair">
        <Quantization />
        <CacheType />
      </div>
      <details class="more">
        <summary>Prompt to time, runtime, and what stays on the CPU</summary>
        <Prompt />
        <Cached />
        <Runtime />
        <div class="pair">
          <Words name="gpu-layers" label="Layers on the GPU" placeholder="chosen" />
          <Words name="cpu-experts" label="Layers' experts on the CPU" placeholder="chosen" />
        </div>
        <div class="pair">
          <Words name="micro-batch" label="Micro-batch" placeholder="chosen" />
          <Words name="threads" label="CPU threads" placeholder="chosen" />
        </div>
      </details>
    </form>
  );
}

/** A setting as the plan decided it. */
function decided(setting: string): number | undefined {
  const value = fit.value.answer?.decisions.find((one) => one.setting === setting)?.value;
  return typeof value === "number" ? value : undefined;
}

function asked(name: FlagName, parse: (text: string) => number): number | undefined {
  const text = valueOf(flags.value, name);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function Contexts() {
  const goal = GOAL_NAMES.find((name) => name === valueOf(flags.value, "goal")) ?? "interactive";
  const trained = fit.value.answer?.model.contextLength ?? USUAL_CONTEXT;
  const context = asked("context", (text) => parseTokens(text, "context", 1));
  const users = asked("users", (text) => parseCount(text, "users", 1, MOST_USERS));
  return (
    <>
      <Slider
        id="context"
        label="Context of each user"
        value={context ?? decided("context") ?? GOALS[goal].context}
        asked={valueOf(flags.value, "context") !== undefined}
        steps={tokenSteps(trained)}
        format={formatTokens}
        parse={(text) => parseTokens(text, "context", 1)}
        onChange={(tokens) => change({ context: formatTokens(tokens) })}
        onRelease={() => change({ context: undefined })}
      />
      <Slider
        id="users"
        label="Users at the same time"
        value={users ?? decided("users") ?? GOALS[goal].users}
        asked={valueOf(flags.value, "users") !== undefined}
        steps={USER_STEPS}
        format={String}
        parse={(text) => parseCount(text, "users", 1, MOST_USERS)}
        onChange={(count) => change({ users: String(count) })}
        onRelease={() => change({ users: undefined })}
      />
    </>
  );
}

const FILE_TYPES: readonly Option[] = [...new Set([...USUAL_FILE_TYPES, ...FILE_TYPE_NAMES])].map((value) => ({
  value,
  label: value,
}));

function Quantization() {
  const chosen = fit.value.answer?.model.quantization;
  const free = { value: "", label: chosen === undefined ? "let it choose" : `chosen: ${chosen}` };
  return (
    <Select
      id="quant"
      label="Quantization"
      value={valueOf(flags.value, "quant") ?? ""}
      options={[valueOf(flags.value, "quant") === undefined ? free : { value: "", label: "let it choose" }, ...FILE_TYPES]}
      onChoose={(quant) => change({ quant })}
    />
  );
}

function CacheType() {
  return (
    <Select
      id="kv-type"
      label="KV cache"
      value={valueOf(flags.value, "kv-type") ?? ""}
      options={[{ value: "", label: "let it choose" }, ...CACHE_TYPES.map((value) => ({ value, label: value }))]}
      onChoose={(type) => change({ "kv-type": type })}
    />
  );
}

function Prompt() {
  const trained = fit.value.answer?.model.contextLength ?? USUAL_CONTEXT;
  const parse = (text: string) => parseTokens(text, "prompt", 1);
  return (
    <Slider
      id="prompt"
      label="Prompt, tokens"
      value={asked("prompt", parse) ?? PROMPT}
      asked={valueOf(flags.value, "prompt") !== undefined}
      steps={tokenSteps(trained)}
      format={formatTokens}
      parse={parse}
      onChange={(tokens) => change({ prompt: formatTokens(tokens) })}
      onRelease={() => change({ prompt: undefined, cached: undefined })}
    />
  );
}

function Cached() {
  const parse = (text: string) => parseShare(text, "cached");
  const share = asked("cached", parse) ?? 0;
  const steps = SHARES.map((one) => one + 1);
  return (
    <Slider
      id="cached"
      label="Of it cached"
      // shares start at nothing, steps above it
      value={steps[nearestStep(steps, share + 1)]!}
      asked={valueOf(flags.value, "cached") !== undefined}
      steps={steps}
      format={(step) => formatPercent(step - 1)}
      parse={(text) => parse(text) + 1}
      onChange={(step) => change({ cached: formatPercent(step - 1) })}
      onRelease={() => change({ cached: undefined })}
    />
  );
}

function Runtime() {
  return (
    <div class="pair">
      <Select
        id="runtime"
        label="Runtime"
        value={valueOf(flags.value, "runtime") ?? ""}
        options={[{ value: "", label: "the usual one" }, ...RUNTIMES.map((value) => ({ value, label: value }))]}
        onChoose={(runtime) => change({ runtime })}
      />
      <Words name="build" label="Build of it" placeholder="newest: b11434, 2026-08" />
    </div>
  );
}

function Words({ name, label, placeholder }: { readonly name: FlagName; readonly label: string; readonly placeholder: string }) {
  return (
    <TextField
      id={name}
      label={label}
      value={valueOf(flags.value, name) ?? ""}
      placeholder={placeholder}
      onChange={(value) => change({ [name]: value })}
    />
  );
}
