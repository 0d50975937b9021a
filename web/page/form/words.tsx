import { valueOf, type FlagName } from "../state/flags.ts";
import { change, flags } from "../state/store.ts";
import { TextField } from "./choose.tsx";

interface WordsProps {
  readonly name: FlagName;
  readonly label: string;
  readonly placeholder: string;
}

/** A flag's value, as the command line takes it. */
export function Words({ name, label, placeholder }: WordsProps) {
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
