import { isFields } from "../../../run/home/index.ts";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { Rig } from "../../../facts/hardware/index.ts";
import { parseTokens } from "../../../facts/units/index.ts";
import { GOAL_NAMES } from "../../../plan/fit/index.ts";
import {
  BACKENDS,
  CACHE_TYPES,
  type DraftFlags,
  type MediaFlags,
  mediaFlags,
  MOST_DRAFT_TOKENS,
  MOST_IMAGES,
  oneOf,
  type PlanFlags,
  type RigFlags,
  type RuntimeFlags,
  RUNTIMES,
  SYSTEMS,
} from "../../../plan/ask/flags/index.ts";

/** One line of questions, read. */
export interface SpecQuestion {
  /** given back with the answer */
  readonly id?: string | number;
  readonly model: string;
  readonly quant?: string;
  readonly flags: PlanFlags & RuntimeFlags & MediaFlags;
  /** a rig in words, a whole rig, or none: this machine */
  readonly rig: { readonly words: RigFlags } | { readonly whole: Rig } | undefined;
  readonly promptTokens?: number;
  readonly answerTokens?: number;
  readonly guesses: DraftFlags;
}

type Fields = Readonly<Record<string, unknown>>;

const FIELDS = [
  "id",
  "model",
  "quant",
  "rig",
  "goal",
  "context",
  "users",
  "prompt",
  "answer",
  "images",
  "imageSize",
  "audio",
  "mmproj",
  "settings",
  "runtime",
  "runtimeVersion",
  "build",
  "draft",
];
const SETTINGS = ["microBatch", "kvType", "gpuLayers", "cpuExperts", "threads"];
const DRAFT = ["by", "tokens", "acceptance"];
const RIG_WORDS = ["gpu", "vram", "ram", "backend", "os", "node", "link"];

/** Reads a line; what is wrong in it is refused with the line's number and the field. */
export function specQuestion(text: string, line: number): SpecQuestion {
  const parsed = parsedLine(text, line);
  const read = new Reader(line);
  const fields = read.object(parsed, "the line", FIELDS);
  const settings = fields["settings"] === undefined ? {} : read.object(fields["settings"], "settings", SETTINGS);
  const { imageSize, audio } = mediaFlags;
  const flags: SpecQuestion["flags"] = {
    ...defined("goal", read.choice(fields["goal"], "goal", GOAL_NAMES)),
    ...defined("context", read.tokens(fields["context"], "context")),
    ...defined("users", read.count(fields["users"], "users", 1, 256)),
    ...defined("microBatch", read.count(settings["microBatch"], "settings.microBatch", 1, 65_536)),
    ...defined("kvType", read.choice(settings["kvType"], "settings.kvType", CACHE_TYPES)),
    ...defined("gpuLayers", read.countOrAll(settings["gpuLayers"], "settings.gpuLayers")),
    ...defined("cpuExperts", read.countOrAll(settings["cpuExperts"], "settings.cpuExperts")),
    ...defined("threads", read.count(settings["threads"], "settings.threads", 1, 1024)),
    ...defined("runtime", read.choice(fields["runtime"], "runtime", RUNTIMES)),
    ...defined("runtimeVersion", read.text(fields["runtimeVersion"], "runtimeVersion")),
    ...defined("build", read.text(fields["build"], "build")),
    ...defined("images", read.count(fields["images"], "images", 0, MOST_IMAGES)),
    ...defined("imageSize", read.parsed(fields["imageSize"], "imageSize", "width x height in pixels", imageSize.parse)),
    ...defined("audio", read.parsed(fields["audio"], "audio", "a length of sound", audio.parse)),
    ...defined("mmproj", read.text(fields["mmproj"], "mmproj")),
  };
  const { id } = fields;
  if (id !== undefined && typeof id !== "string" && typeof id !== "number")
    read.refuse("id", "a string or a number", id);
  return {
    ...defined("id", read.id(fields["id"])),
    model: read.text(fields["model"], "model") ?? read.refuse("model", "a model's name", undefined),
    ...defined("quant", read.text(fields["quant"], "quant")),
    flags,
    rig: rigOf(fields["rig"], read),
    ...defined("promptTokens", read.tokens(fields["prompt"], "prompt")),
    ...defined("answerTokens", read.tokens(fields["answer"], "answer")),
    guesses: guessesOf(fields["draft"], read),
  };
}

function guessesOf(value: unknown, read: Reader): DraftFlags {
  if (value === undefined) return {};
  const draft = read.object(value, "draft", DRAFT);
  return {
    draft:
      read.text(draft["by"], "draft.by") ?? read.refuse("draft.by", "a model, eagle3:FILE, mtp or ngram", undefined),
    ...defined("draftTokens", read.count(draft["tokens"], "draft.tokens", 1, MOST_DRAFT_TOKENS)),
    ...defined("acceptance", read.share(draft["acceptance"], "draft.acceptance")),
  };
}

function parsedLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LoadoutError(
      "spec-not-json",
      { line, problem: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

function rigOf(value: unknown, read: Reader): SpecQuestion["rig"] {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null && "devices" in value) return { whole: wholeRig(value, read) };
  const rig = read.object(value, "rig", RIG_WORDS);
  const os = read.choice(rig["os"], "rig.os", ["linux", "windows", "macos"] as const);
  return {
    words: {
      ...defined("gpu", read.texts(rig["gpu"], "rig.gpu")),
      ...defined("vram", read.texts(rig["vram"], "rig.vram")),
      ...defined("ram", read.text(rig["ram"], "rig.ram")),
      ...defined("backend", read.choice(rig["backend"], "rig.backend", BACKENDS)),
      ...(os === undefined ? {} : { os: SYSTEMS[os] }),
      ...defined("node", read.texts(rig["node"], "rig.node")),
      ...defined("link", read.texts(rig["link"], "rig.link")),
    },
  };
}

/** A rig as `loadout probe --json` prints it; what planning reads of it is checked, the rest is kept as it is. */
function wholeRig(value: object, read: Reader): Rig {
  return isRig(value, read) ? value : read.refuse("rig", "a rig", value);
}

function isRig(value: object, read: Reader): value is Rig {
  const rig = read.object(value, "rig");
  const { devices } = rig;
  if (!Array.isArray(devices)) read.refuse("rig.devices", "a list", devices);
  const host = read.object(rig["host"], "rig.host");
  const cpu = read.object(host["cpu"], "rig.host.cpu");
  for (const field of ["ramBytes", "availableBytes"]) read.number(host[field], `rig.host.${field}`);
  read.number(cpu["physicalCores"], "rig.host.cpu.physicalCores");
  if (!Array.isArray(cpu["features"])) read.refuse("rig.host.cpu.features", "a list", cpu["features"]);
  for (const [index, each] of devices.entries()) {
    const device = read.object(each, `rig.devices[${index}]`);
    for (const field of ["id", "name", "vendor"]) {
      if (typeof device[field] !== "string") read.refuse(`rig.devices[${index}].${field}`, "a text", device[field]);
    }
    const { backend, memoryKind } = device;
    read.choice(backend ?? "", `rig.devices[${index}].backend`, ["cpu", ...BACKENDS]);
    read.choice(memoryKind ?? "", `rig.devices[${index}].memoryKind`, ["discrete", "unified"] as const);
    for (const field of ["totalBytes", "freeBytes", "bandwidthBytesPerSec"]) {
      if (device[field] !== undefined) read.number(device[field], `rig.devices[${index}].${field}`);
    }
  }
  // every field that a plan reads without asking whether it is there
  return true;
}

/** Values of one line, each refused with its field where it is not what it should be. */
class Reader {
  readonly #line: number;

  constructor(line: number) {
    this.#line = line;
  }

  refuse(field: string, expected: string, got: unknown): never {
    throw new LoadoutError("spec-field", {
      line: this.#line,
      field,
      expected,
      got: got === undefined ? "nothing" : JSON.stringify(got).slice(0, 80),
    });
  }

  object(value: unknown, field: string, known?: readonly string[]): Fields {
    if (!isFields(value)) return this.refuse(field, "an object", value);
    const unknown = known && Object.keys(value).find((key) => !known.includes(key));
    if (unknown !== undefined) this.refuse(field, `one of ${known!.join(", ")}`, unknown);
    return value;
  }

  id(value: unknown): string | number | undefined {
    if (value === undefined || typeof value === "string" || typeof value === "number") return value;
    return this.refuse("id", "a string or a number", value);
  }

  text(value: unknown, field: string): string | undefined {
    if (value === undefined) return undefined;
    return typeof value === "string" && value.trim() !== "" ? value : this.refuse(field, "a text", value);
  }

  /** a text that a flag's own reader takes */
  parsed<Value>(value: unknown, field: string, expected: string, parse: (text: string) => Value): Value | undefined {
    const text = this.text(value, field);
    try {
      return text === undefined ? undefined : parse(text);
    } catch {
      return this.refuse(field, expected, value);
    }
  }

  texts(value: unknown, field: string): readonly string[] | undefined {
    if (value === undefined) return undefined;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.map((each) => this.text(each, field) ?? this.refuse(field, "texts", value));
  }

  number(value: unknown, field: string): number {
    return typeof value === "number" && value >= 0 ? value : this.refuse(field, "a number", value);
  }

  count(value: unknown, field: string, least: number, most: number): number | undefined {
    if (value === undefined) return undefined;
    const whole = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    return whole ? value : this.refuse(field, `a whole number from ${least} to ${most}`, value);
  }

  share(value: unknown, field: string): number | undefined {
    if (value === undefined) return undefined;
    const within = typeof value === "number" && value >= 0 && value <= 1;
    return within ? value : this.refuse(field, "a number from 0 to 1", value);
  }

  countOrAll(value: unknown, field: string): number | "all" | undefined {
    return value === "all" ? value : this.count(value, field, 0, 10_000);
  }

  /** 32768 or "32k" */
  tokens(value: unknown, field: string): number | undefined {
    if (typeof value === "string") return parseTokens(value, `line ${this.#line}, ${field}`, 1);
    return this.count(value, field, 1, 2 ** 31);
  }

  choice<Value extends string>(value: unknown, field: string, values: readonly Value[]): Value | undefined {
    const text = this.text(value, field);
    return text === undefined ? undefined : oneOf(text, values, `line ${this.#line}, ${field}`);
  }
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  const field: Partial<Record<Key, Value>> = {};
  if (value !== undefined) field[key] = value;
  return field;
}
