import { BACKENDS, SYSTEMS } from "../../../src/plan/ask/flags/index.ts";
import { formatPercent, formatTokens } from "../../../src/facts/units/index.ts";
import { valueOf, type FlagName } from "../state/flags.ts";
import { rigKind } from "../state/rig-choice.ts";
import { shareOf, tokenSteps, tokensOf } from "../state/steps.ts";
import { fit, USUAL_CONTEXT } from "../state/questions.ts";
import { change, flags } from "../state/store.ts";
import { Select } from "./choose.tsx";
import { RUNTIMES } from "./flag-values.ts";
import { MediaFields } from "./media-fields.tsx";
import { Slider } from "./slider.tsx";
import { Words } from "./words.tsx";

/** Prompt that is timed where nobody names one, tokens. */
const PROMPT = 512;
/** Shares of a prompt that lie in a cache, as steps above nothing. */
const SHARES = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99].map((percent) => 1 + percent / 100);

/** What few change. */
export function MoreFields() {
  const longest = fit.value.answer?.model.contextLength ?? USUAL_CONTEXT;
  return (
    <>
      <Slider
        id="prompt"
        label="Prompt, tokens"
        typed={valueOf(flags.value, "prompt")}
        chosen={PROMPT}
        steps={tokenSteps(longest)}
        format={formatTokens}
        parse={tokensOf}
        onChange={(prompt) => change({ prompt })}
      />
      <Slider
        id="cached"
        label="Of it in a cache"
        typed={valueOf(flags.value, "cached")}
        chosen={1}
        steps={SHARES}
        format={(step) => formatPercent(step - 1)}
        parse={(text) => {
          const share = shareOf(text);
          return share === undefined ? undefined : share + 1;
        }}
        onChange={(cached) => change({ cached })}
      />
      <MediaFields />
      <div class="pair">
        <Select
          id="runtime"
          label="Runtime"
          value={valueOf(flags.value, "runtime") ?? ""}
          options={RUNTIMES}
          onChoose={(runtime) => change({ runtime })}
        />
        <Words name="build" label="Build of it" placeholder="newest" />
      </div>
      <div class="pair">
        <Words name="gpu-layers" label="Layers on the GPU" placeholder="chosen" />
        <Words name="cpu-experts" label="Experts on the CPU" placeholder="none" />
      </div>
      <div class="pair">
        <Words name="micro-batch" label="Micro-batch" placeholder="chosen" />
        <Words name="threads" label="CPU threads" placeholder="chosen" />
      </div>
      <div class="pair">
        <Words name="draft" label="Guesses ahead" placeholder="none; a model, mtp, ngram" />
        <Words name="disk" label="Disk" placeholder="nvme, 3GB/s" />
      </div>
      {valueOf(flags.value, "draft") === undefined ? null : (
        <div class="pair">
          <Words name="draft-tokens" label="Guesses in a row" placeholder="as is usual" />
          <Words name="acceptance" label="Chance of each" placeholder="assumed; 0.7" />
        </div>
      )}
      {rigKind(flags.value) === "here" ? null : (
        <div class="pair">
          <Choice name="backend" label="Backend" values={BACKENDS} free="the fastest" />
          <Choice name="os" label="System" values={Object.keys(SYSTEMS)} free="as is usual" />
        </div>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly name: FlagName;
  readonly label: string;
  readonly values: readonly string[];
  /** what it is where nothing is chosen */
  readonly free: string;
}

function Choice({ name, label, values, free }: ChoiceProps) {
  return (
    <Select
      id={name}
      label={label}
      value={valueOf(flags.value, name) ?? ""}
      options={[{ value: "", label: free }, ...values.map((value) => ({ value, label: value }))]}
      onChoose={(value) => change({ [name]: value })}
    />
  );
}
