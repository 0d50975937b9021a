import type { Rig } from "../../../src/facts/hardware/index.ts";
import type { Flags } from "../../../src/plan/ask/flags/index.ts";
import type { Answers, Kind } from "../../../src/plan/ask/kinds/index.ts";
import type { ErrorFacts, OpenedModel } from "./answerer.ts";
import { Lane, type Port } from "./lane.ts";
import type { Reply } from "./messages.ts";

/** A refusal: the same code, message and hint as the command line's. */
export class AskError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor({ code, message, hint }: ErrorFacts) {
    super(message);
    this.name = "AskError";
    this.code = code;
    this.hint = hint;
  }
}

/** What answers the page's questions. */
export interface Engine {
  /**
   * Rejects with {@link AskError} where the command line would refuse, and with a `Superseded` where a newer question of the same
   * place (`kind` unless said) came meanwhile.
   */
  ask<K extends Kind>(kind: K, flags: Flags, place?: string): Promise<Answers[K]>;
  /** Reads the header of a dropped model: a GGUF file with the parts of its set, or config.json with safetensors files beside it. */
  open(files: File | readonly File[]): Promise<OpenedModel>;
  /** Sets the machine that is meant where flags describe none. */
  here(rig: Rig | undefined): void;
}

/** What a slider moves is answered in a worker of its own. */
const QUICK: ReadonlySet<Kind> = new Set<Kind>(["numbers"]);
/** What takes longest is too, from the first time that it is asked. */
const LONG: ReadonlySet<Kind> = new Set<Kind>(["frontier"]);

/** Workers of one script: what changes with every step never waits for what may take longer. */
export function createEngine(start: () => Port): Engine {
  const quick = new Lane(start());
  const rest = new Lane(start());
  let long: Lane | undefined;
  // what a worker that starts later has to know as well
  let machine: Rig | undefined;
  const opened: (readonly File[])[] = [];
  const startLong = (): Lane => {
    const lane = new Lane(start());
    lane.tell(machine);
    for (const files of opened) void lane.open(files);
    return lane;
  };
  const laneOf = (kind: Kind): Lane => {
    if (LONG.has(kind)) return (long ??= startLong());
    return QUICK.has(kind) ? quick : rest;
  };
  return {
    ask: async (kind, flags, place = kind) => {
      const reply = await laneOf(kind).ask(kind, flags, place);
      return JSON.parse("json" in reply ? reply.json : refuse(reply));
    },
    open: async (files) => {
      const list = files instanceof Blob ? [files] : files;
      opened.push(list);
      const [reply] = await Promise.all([quick, rest, ...(long ? [long] : [])].map((lane) => lane.open(list)));
      return "opened" in reply! ? reply.opened : refuse(reply!);
    },
    here: (rig) => {
      machine = rig;
      for (const lane of [quick, rest, long]) lane?.tell(rig);
    },
  };
}

function refuse(reply: Reply): never {
  throw new AskError("error" in reply ? reply.error : { code: "internal", message: "no answer came", hint: "" });
}
