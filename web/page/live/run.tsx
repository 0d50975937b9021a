import { formatBytes, formatDuration, formatNumber } from "../../../src/facts/units/index.ts";
import type { LiveRun, ServedFacts } from "../../../src/plan/answer/index.ts";
import { Residuals } from "./residuals.tsx";
import type { Lanes, ShownRun } from "./state.ts";
import { Wide } from "./wide.tsx";

/** What a run is, where nothing more is known of it. */
const STATES: Readonly<Record<LiveRun["state"], string>> = {
  loading: "Loading its first model",
  open: "Open",
  locked: "Open to those with a key: what it does is not shown here",
  silent: "Not answering: busy, or stopping",
  elsewhere: "Listening on another address of this machine, which this page does not ask",
};

/** One run of `loadout serve`. */
export function Run({ shown: { run, lanes } }: { readonly shown: ShownRun }) {
  const id = `run-${run.pid}`;
  const taken = Object.values(run.takes).reduce((sum, bytes) => sum + bytes, 0);
  return (
    <article class="live-run" aria-labelledby={id} data-testid="run">
      <h3 id={id}>
        {run.models.join(", ")}{" "}
        <small>
          {run.url === "" ? "" : `${run.url}, `}process {run.pid}, since {clockOf(run.startedAt)}
        </small>
      </h3>
      {run.state === "open" ? null : <p class="live-quiet">{STATES[run.state]}.</p>}
      {lanes ? <LaneTable lanes={lanes} served={run.served} /> : null}
      {run.served.map((model) => (
        <Model key={model.name} model={model} alone={run.served.length === 1} />
      ))}
      {run.served.length === 0 && taken > 0 ? (
        <p class="live-quiet">It takes {formatBytes(taken)}, as predicted.</p>
      ) : null}
    </article>
  );
}

function Model({ model, alone }: { readonly model: ServedFacts; readonly alone: boolean }) {
  const { name, state, engine, memory, receipt } = model;
  return (
    <>
      {alone ? null : (
        <h4>
          {name} <small>{state}</small>
        </h4>
      )}
      {memory && memory.length > 0 ? (
        <Residuals
          caption={`Memory of ${engine}, predicted beside what its log says`}
          terms={memory}
          receipt={receipt}
        />
      ) : (
        <p class="live-quiet">
          {state === "loaded" ? `${engine} does not say what memory it takes.` : "Loaded when somebody asks for it."}
        </p>
      )}
    </>
  );
}

const LANES = [
  ["interactive", "Chats"],
  ["batch", "Batch"],
] as const;

function LaneTable({ lanes, served }: { readonly lanes: Lanes; readonly served: LiveRun["served"] }) {
  return (
    <Wide name="Lanes">
      <table class="live-lanes">
        <caption>
          Now, and since the run began
          <Predicted served={served} />
        </caption>
        <thead>
          <tr>
            <th scope="col">Lane</th>
            <th scope="col" class="number-column">
              Tokens/s
            </th>
            <th scope="col" class="number-column">
              Working
            </th>
            <th scope="col" class="number-column">
              Waiting
            </th>
            <th scope="col" class="number-column">
              Answered
            </th>
            <th scope="col" class="number-column">
              First token
            </th>
            <th scope="col" class="number-column">
              Tokens in, out
            </th>
          </tr>
        </thead>
        <tbody>
          {LANES.map(([lane, name]) => {
            const { tokensPerSec, working, waiting, answered, refused, failed, ttftMs, ...tokens } = lanes[lane];
            const lost = refused + failed;
            return (
              <tr key={lane}>
                <th scope="row">{name}</th>
                <td class="number-column" data-testid={`${lane}-rate`}>
                  {tokensPerSec === 0 ? "0" : formatNumber(tokensPerSec)}
                </td>
                <td class="number-column">{working}</td>
                <td class="number-column">{waiting}</td>
                <td class="number-column" data-testid={`${lane}-answered`}>
                  {answered}
                  {lost > 0 ? <span class="bad"> ({lost} not)</span> : null}
                </td>
                <td class="number-column">{ttftMs === undefined ? "" : formatDuration(ttftMs)}</td>
                <td class="number-column">
                  {formatNumber(tokens.promptTokens)}, {formatNumber(tokens.completionTokens)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Wide>
  );
}

/** The pace that the plan predicts, for one stream and for all. */
function Predicted({ served }: { readonly served: LiveRun["served"] }) {
  const [first] = served;
  const paces = first?.plan?.engines.flatMap((engine) => engine.paces) ?? [];
  if (!first || paces.length === 0) return null;
  return (
    <span class="live-predicted">
      . {first.name} is predicted to give{" "}
      {paces
        .map(
          ({ streams, tokensPerSec, low, high }) =>
            `${formatNumber(tokensPerSec)} (${formatNumber(low)} to ${formatNumber(high)}) tokens/s to ${streams === 1 ? "one" : `${streams} at once`}`,
        )
        .join(", ")}
      .
    </span>
  );
}

/** "04:57" of today, with its date before */
function clockOf(iso: string): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
