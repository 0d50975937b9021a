import { formatTokens } from "../../../src/facts/units/index.ts";
import { Section } from "../parts/section.tsx";
import { fit, whole } from "../state/questions.ts";

/** What was chosen and why, what bounds it, and what was taken for granted. */
export function Settings() {
  const { answer, waiting } = fit.value;
  if (answer === undefined) return null;
  const { decisions, assumptions, model } = answer;
  const { longestContext, mostUsers } = whole.value.answer ?? {};
  return (
    <Section id="settings" title="Chosen, and why" waiting={waiting}>
      <dl class="decisions">
        {decisions.map(({ setting, value, because }) => (
          <div key={setting}>
            <dt>{setting}</dt>
            <dd>
              <b>{setting === "context" ? formatTokens(Number(value)) : String(value)}</b> {because}
            </dd>
          </div>
        ))}
        {longestContext === undefined ? null : (
          <div>
            <dt>longest context</dt>
            <dd>
              <b>{formatTokens(longestContext)}</b> fits each user with these settings
              {longestContext === model.contextLength ? ": all the model was trained for" : ""}
            </dd>
          </div>
        )}
        {mostUsers === undefined ? null : (
          <div>
            <dt>most users</dt>
            <dd>
              <b>{mostUsers}</b> fit, each with a context of its own
            </dd>
          </div>
        )}
      </dl>
      {assumptions.length === 0 ? null : (
        <details class="assumed">
          <summary>{assumptions.length} things taken for granted</summary>
          <ul>
            {assumptions.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}
