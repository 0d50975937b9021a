/** One of a few, all in sight. */
export interface Option {
  readonly value: string;
  readonly label: string;
}

interface SegmentsProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
  readonly hint?: string;
}

/** Radio buttons side by side. */
export function Segments({ name, label, options, value, onChoose, hint }: SegmentsProps) {
  return (
    <fieldset class="segments">
      <legend>{label}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChoose(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {hint === undefined ? null : <p class="hint">{hint}</p>}
    </fieldset>
  );
}

interface SelectProps {
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

/** One of many. What is asked and not in the list stands in it as well. */
export function Select({ id, label, options, value, onChoose }: SelectProps) {
  const all = options.some((one) => one.value === value) ? options : [...options, { value, label: value }];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {all.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}

/** Words as the command line takes them; they hold when the field is left. */
export function TextField({ id, label, value, placeholder, onChange }: TextFieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        spellcheck={false}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
    </div>
  );
}
