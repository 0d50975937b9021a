import { useState } from "preact/hooks";
import { nearestStep } from "../state/steps.ts";

interface SliderProps {
  readonly id: string;
  readonly label: string;
  /** as it was asked for; undefined: left to the plan */
  readonly typed: string | undefined;
  /** what holds where nobody asked, or what was asked cannot be read */
  readonly chosen: number;
  readonly steps: readonly number[];
  readonly format: (value: number) => string;
  readonly parse: (text: string) => number | undefined;
  /** words as the command line takes them: what cannot be read is refused where it is answered; undefined leaves it to the plan */
  readonly onChange: (typed: string | undefined) => void;
}

/** A range over steps of like ratios, with a field beside it for anything that can be typed. */
export function Slider({ id, label, typed, chosen, steps, format, parse, onChange }: SliderProps) {
  const [words, setWords] = useState<string | undefined>(undefined);
  const asked = typed === undefined ? chosen : parse(typed);
  const value = asked ?? chosen;
  const said = asked === undefined ? typed! : format(value);
  const commit = () => {
    if (words !== undefined && words.trim() !== said) onChange(words.trim() === "" ? undefined : words.trim());
    setWords(undefined);
  };
  return (
    <div class="slider">
      <div class="head">
        <label for={id}>{label}</label>
        {typed === undefined ? (
          <span class="quiet">chosen</span>
        ) : (
          <button
            type="button"
            class="quiet"
            onClick={() => onChange(undefined)}
            aria-label={`${label}: let it choose`}
          >
            let it choose
          </button>
        )}
      </div>
      <div class="row">
        <input
          id={id}
          type="range"
          min={0}
          max={steps.length - 1}
          step={1}
          value={nearestStep(steps, value)}
          aria-valuetext={format(value)}
          onInput={(event) => {
            setWords(undefined);
            onChange(format(steps[event.currentTarget.valueAsNumber]!));
          }}
        />
        <input
          type="text"
          class="number"
          aria-label={`${label}, typed`}
          aria-invalid={asked === undefined}
          value={words ?? said}
          onInput={(event) => setWords(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") commit();
            if (event.key === "Escape") setWords(undefined);
          }}
        />
      </div>
    </div>
  );
}
