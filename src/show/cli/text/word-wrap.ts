import { visible, WIDTH } from "./layout.ts";

/** Breaks a stream of text at spaces: a word is held back until it is whole, then goes where it fits. */
export interface WordWrap {
  /** takes a piece of the stream and returns what can be written now */
  push(piece: string): string;
  /** what was held back */
  flush(): string;
}

/** `indent`: columns that the first line has used already and the others leave free. */
export function wordWrap(indent: number, width: number = WIDTH): WordWrap {
  let column = indent;
  let held = "";
  /** a space before the held word that is written only if the word stays on this line */
  let gap = "";
  const place = (): string => {
    if (held === "") return "";
    const breaks = column > indent && column + gap.length + visible(held) > width;
    const text = breaks ? `\n${" ".repeat(indent)}${held}` : gap + held;
    column = breaks ? indent + visible(held) : column + gap.length + visible(held);
    held = "";
    gap = "";
    return text;
  };
  return {
    push(piece) {
      let out = "";
      for (const character of piece) {
        if (character === "\n") {
          out += `${place()}\n${" ".repeat(indent)}`;
          column = indent;
          gap = "";
        } else if (character === " ") {
          out += place();
          gap += " ";
        } else held += character;
      }
      return out;
    },
    flush: place,
  };
}
