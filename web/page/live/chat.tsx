import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import type { ShownRun } from "./state.ts";
import { type Partner, Talk, type Turn } from "./talk.ts";

/** A small chat with what runs, to see that it answers and how fast. */
export function Chat({ runs }: { readonly runs: readonly ShownRun[] }) {
  const talk = useMemo(() => new Talk(), []);
  const chosen = useMemo(() => signal(""), []);
  const id = useId();
  const text = useRef<HTMLTextAreaElement>(null);
  const partners = runs.flatMap(partnersOf);
  const partner = partners.find((each) => nameOf(each) === chosen.value) ?? partners[0];
  const replying = talk.replying.value;
  useEffect(() => () => talk.stop(), [talk]);

  const say = (): void => {
    const { current } = text;
    if (!current || !partner || replying) return;
    const said = current.value;
    current.value = "";
    void talk.say(partner, said);
  };
  return (
    <div class="live-chat">
      <h3 id={`${id}-title`}>Chat</h3>
      <div class="live-row">
        <label>
          Talk with{" "}
          <select
            value={partner && nameOf(partner)}
            onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}
          >
            {partners.map((each) => (
              <option key={nameOf(each)} value={nameOf(each)}>
                {runs.length > 1 ? `${each.model} (process ${each.pid})` : each.model}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => talk.forget()} disabled={talk.turns.value.length === 0}>
          New chat
        </button>
      </div>
      <Turns turns={talk.turns.value} name={partner?.model ?? "Model"} />
      <p class="bad live-problem" role="status">
        {talk.problem.value}
      </p>
      {talk.wantsKey.value ? (
        <label class="live-row">
          This run wants a key{" "}
          <input type="password" autocomplete="off" onInput={({ currentTarget }) => (talk.key = currentTarget.value)} />
        </label>
      ) : null}
      <form
        class="live-say"
        onSubmit={(event) => {
          event.preventDefault();
          say();
        }}
      >
        <textarea
          ref={text}
          rows={2}
          aria-label="Message"
          placeholder="Message; Shift+Enter for a new line"
          onKeyDown={(event) => {
            if (event.key === "Escape") talk.stop();
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            say();
          }}
        />
        <div class="live-row">
          <button type="submit" disabled={replying || !partner}>
            Send
          </button>
          <button type="button" disabled={!replying} onClick={() => talk.stop()}>
            Stop
          </button>
          <button
            type="button"
            disabled={replying || !partner || talk.turns.value.length === 0}
            onClick={() => partner && void talk.again(partner)}
          >
            Answer again
          </button>
        </div>
      </form>
    </div>
  );
}

function Turns({ turns, name }: { readonly turns: readonly Turn[]; readonly name: string }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  // scrolls along only where its person had not scrolled back
  useEffect(() => {
    const { current } = box;
    if (current && atEnd.current) current.scrollTop = current.scrollHeight;
  }, [turns]);
  return (
    <div
      ref={box}
      class="live-turns"
      role="log"
      aria-label="Conversation"
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {turns.length === 0 ? (
        <p class="live-quiet">Nothing has been said. It stays in this page and on this machine.</p>
      ) : null}
      {turns.map(({ role, text, thought, figures }, index) => (
        // turns are only added at the end and taken from there
        // oxlint-disable-next-line react/no-array-index-key
        <article key={index} class={role}>
          <h4>{role === "user" ? "You" : name}</h4>
          {thought === "" ? null : <div class="live-thought">{thought}</div>}
          <div class="live-text">{text}</div>
          {figures === "" ? null : <footer>{figures}</footer>}
        </article>
      ))}
    </div>
  );
}

/** Runs that can be asked; of one that wants a key the models are not known to be loaded, but their names are. */
function partnersOf({ run }: ShownRun): Partner[] {
  if (run.state !== "open" && run.state !== "locked") return [];
  return run.models.map((model) => ({ pid: run.pid, model }));
}

function nameOf({ pid, model }: Partner): string {
  return `${pid} ${model}`;
}
