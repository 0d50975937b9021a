import { useId, useRef, useState } from "preact/hooks";
import type { TargetedEvent, TargetedKeyboardEvent } from "preact";

/** A line of a list to choose from. */
export interface Choice {
  /** what choosing it gives */
  readonly value: string;
  readonly label: string;
  readonly note?: string;
}

interface ComboboxProps {
  readonly id: string;
  readonly label: string;
  /** what is chosen, as it is written while nobody types */
  readonly text: string;
  readonly placeholder?: string;
  /** choices for what was typed, the nearest first; asked when the list opens */
  readonly search: (typed: string) => Promise<readonly Choice[]> | readonly Choice[];
  readonly onChoose: (value: string) => void;
  /** below the list: what more there is */
  readonly hint?: string;
}

/** A text field with a list below it, by the pattern of the ARIA practices: focus stays in the field, arrows walk the list. */
export function Combobox({ id, label, text, placeholder, search, onChoose, hint }: ComboboxProps) {
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);
  const asked = useRef(0);

  const look = async (words: string) => {
    const mine = (asked.current += 1);
    const found = await Promise.resolve(search(words)).catch(() => []);
    if (mine !== asked.current) return;
    setChoices(found);
    setActive(-1);
    setOpen(true);
  };
  const close = () => {
    asked.current += 1;
    setOpen(false);
    setActive(-1);
    setTyped(undefined);
  };
  const choose = (value: string) => {
    close();
    onChoose(value);
  };
  const walk = (to: number) => {
    const at = choices.length === 0 ? -1 : (to + choices.length) % choices.length;
    setActive(at);
    document.getElementById(`${listId}-${at}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) void look("");
      else walk(event.key === "ArrowDown" ? active + 1 : active < 0 ? choices.length - 1 : active - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const chosen = choices[active]?.value ?? (typed === undefined ? undefined : (choices[0]?.value ?? typed));
      if (chosen !== undefined && chosen.trim() !== "") choose(chosen);
    } else if (event.key === "Escape" && (open || typed !== undefined)) {
      event.preventDefault();
      close();
    }
  };
  const onInput = (event: TargetedEvent<HTMLInputElement>) => {
    setTyped(event.currentTarget.value);
    void look(event.currentTarget.value);
  };
  return (
    <div class="combobox">
      <label for={id}>{label}</label>
      <input
        ref={field}
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={listId}
        {...(open && active >= 0 ? { "aria-activedescendant": `${listId}-${active}` } : {})}
        {...(placeholder === undefined ? {} : { placeholder })}
        value={typed ?? text}
        onInput={onInput}
        onKeyDown={onKeyDown}
        onClick={() => {
          if (!open) void look("");
        }}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={close}
      />
      <div class="list" hidden={!open}>
        <ul role="listbox" id={listId} aria-label={label}>
          {choices.map(({ value, label: said, note }, at) => (
            <li
              key={value}
              id={`${listId}-${at}`}
              role="option"
              aria-selected={at === active}
              // the field keeps the focus
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(value)}
            >
              <span>{said}</span>
              {note === undefined ? null : <small>{note}</small>}
            </li>
          ))}
        </ul>
        {choices.length === 0 ? <p>Nothing is called that.</p> : hint === undefined ? null : <p>{hint}</p>}
      </div>
      <span class="unseen" role="status">
        {open ? `${choices.length} to choose from` : ""}
      </span>
    </div>
  );
}
