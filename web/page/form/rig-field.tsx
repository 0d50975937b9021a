import { served } from "../state/server.ts";
import { valueOf } from "../state/flags.ts";
import { cardsOf, gpuFlags, memoryOf, rigKind, rigOfKind, type RigKind } from "../state/rig-choice.ts";
import { change, flags } from "../state/store.ts";
import { findableDevices } from "./catalogs.ts";
import { Segments, Select, type Option } from "./choose.tsx";
import { Combobox } from "./combobox.tsx";
import { find } from "./find.ts";

const KINDS: readonly (Option & { readonly value: RigKind })[] = [
  { value: "here", label: "This machine" },
  { value: "memory", label: "Memory only" },
  { value: "cards", label: "Cards" },
  { value: "none", label: "No card" },
];
const SIZES = ["8GB", "12GB", "16GB", "24GB", "32GB", "48GB", "80GB", "96GB"];
const RAM = ["16GB", "32GB", "64GB", "96GB", "128GB", "192GB", "256GB", "512GB"];
const MOST_CARDS = 16;

export function RigField() {
  const now = flags.value;
  const kind = rigKind(now);
  const here = served.value.kind === "served" || kind === "here";
  const offered = KINDS.filter(({ value }) => value !== "here" || here);
  return (
    <div class="rig-field">
      <Segments
        name="rig"
        label="Rig"
        options={offered}
        value={kind}
        onChoose={(value) => {
          const chosen = KINDS.find((one) => one.value === value);
          if (chosen) change(rigOfKind(chosen.value), "step");
        }}
      />
      {kind === "memory" ? <MemoryOnly /> : null}
      {kind === "cards" ? <Cards /> : null}
      {kind === "here" ? null : (
        <Select
          id="ram"
          label="RAM beside it"
          value={valueOf(now, "ram") ?? ""}
          options={[{ value: "", label: "as is usual" }, ...RAM.map((value) => ({ value, label: value }))]}
          onChoose={(ram) => change({ ram })}
        />
      )}
    </div>
  );
}

function MemoryOnly() {
  const { size, count } = memoryOf(flags.value);
  const set = (next: string, times: number) => change({ vram: Array.from({ length: times }, () => next) });
  return (
    <div class="pair">
      <Select
        id="vram"
        label="Memory of a card"
        value={size}
        options={SIZES.map((value) => ({ value, label: value }))}
        onChoose={(next) => set(next, count)}
      />
      <Count id="vram-count" label="Cards" count={count} onChange={(times) => set(size, times)} />
    </div>
  );
}

function Cards() {
  const cards = cardsOf(flags.value);
  const search = async (typed: string) => find(await findableDevices(), typed);
  return (
    <div class="cards">
      <ul aria-label="Cards in this rig">
        {cards.map((card, at) => (
          <li key={card.name}>
            <span>{card.name}</span>
            <Count
              id={`card-${at}`}
              label={`How many ${card.name}`}
              hidden
              count={card.count}
              onChange={(count) => change({ gpu: gpuFlags(cards.with(at, { ...card, count })) })}
            />
            {cards.length === 1 ? null : (
              <button
                type="button"
                class="quiet"
                aria-label={`Remove ${card.name}`}
                onClick={() => change({ gpu: gpuFlags(cards.toSpliced(at, 1)) }, "step")}
              >
                remove
              </button>
            )}
          </li>
        ))}
      </ul>
      <Combobox
        id="add-card"
        label="Add a card"
        text=""
        placeholder="rtx 4090, mi300x, m4 max ..."
        search={search}
        onChoose={(name) => {
          const at = cards.findIndex((card) => card.name === name);
          const next = at < 0 ? [...cards, { name, count: 1 }] : cards.with(at, { name, count: cards[at]!.count + 1 });
          change({ gpu: gpuFlags(next) }, "step");
        }}
      />
    </div>
  );
}

interface CountProps {
  readonly id: string;
  readonly label: string;
  /** only spoken, where it stands beside what it counts */
  readonly hidden?: true;
  readonly count: number;
  readonly onChange: (count: number) => void;
}

function Count({ id, label, hidden, count, onChange }: CountProps) {
  return (
    <div class="field count">
      <label for={id} class={hidden ? "unseen" : ""}>
        {label}
      </label>
      <input
        id={id}
        type="number"
        min={1}
        max={MOST_CARDS}
        value={count}
        onInput={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          if (Number.isInteger(typed) && typed >= 1 && typed <= MOST_CARDS) onChange(typed);
        }}
      />
    </div>
  );
}
