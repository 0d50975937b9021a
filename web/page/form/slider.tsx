import { useId, useState } from "preact/hooks";
import type { TargetedEvent } from "preact";
import { LoadoutError } from "../../../src/facts/errors/index.ts";
import { nearestStep } from "../state/steps.ts";

interface SliderProps {
  readonly id: string;
  readonly label: string;
  /** what holds now: asked for, or chosen where it was not */
  readonly value: number;
  /** whether somebody asked for it */
  readonly asked: boolean;
  readonly steps: readonly number[];
  readonly format: (value: number) => string;
  /** of typed words; throws a typed error */
  readonly parse: (text: string) => number;
  readonly onChange: (value: number) => void;
  /** leaves it to the plan again */
  readonly onRelease: () => void;
  readonly hint?: string;
}

/** A range over steps of like ratios, with a field beside it for any number. */
export function Slider({ id, label, value, asked, steps, format, parse, onChange, onRelease, hint }: SliderProps) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const problemId = useId();
  const at = nearestStep(steps, value);
  const commit = () => {
    if (typed === undefined) return;
    try {
      if (typed.trim() === "") onRelease();
      else if (typed !== format(value)) onChange(parse(typed));
      setProblem(undefined);
      setTyped(undefined);
    } catch (error) {
      setProblem(error instanceof LoadoutError ? error.message : "this is no number");
    }
  };
  const slide = (event: TargetedEvent<HTMLInputElement>) => {
    setTyped(undefined);
    setProblem(undefined);
    onChange(steps[Number(event.currentTarget.value)]!);
  };
  return (
    <div class="slider">
      <div class="head">
        <label for={id}>{label}</label>
        <button type="button" class="quiet" hidden={!asked} onClick={onRelease} aria-label={`${label}: let the plan choose`}>
          let it choose
        </button>
        <span class="quiet" hidden={asked}>
          chosen
        </span>
      </div>
      <div class="row">
        <input
          id={id}
          type="range"
          min={0}
          max={steps.length - 1}
          step={1}
          value={at}
          aria-valuetext={format(value)}
          onInput={slide}
        />
        <input
          type="text"
          class="number"
          aria-label={`${label}, as a number`}
          aria-invalid={problem !== undefined}
          {...(problem === undefined ? {} : { "aria-describedby": problemId })}
          value={typed ?? format(value)}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === "Enter") commit();
            if (event.key === "Escape") setTyped(undefined);
          }}
        />
      </div>
      {problem === undefined ? null : (
        <p class="problem" id={problemId} role="alert">
          {problem}
        </p>
      )}
      {hint === undefined ? null : <p class="hint">{hint}</p>}
    </div>
  );
}
