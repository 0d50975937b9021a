import type { IncomingHttpHeaders } from "node:http";
import { fieldsOf, listOf, textOf } from "../http/index.ts";

/** What an address answered to harmless questions; undefined where it refused or said no JSON. */
export interface Sighting {
  readonly headers: IncomingHttpHeaders;
  readonly models: unknown;
  readonly props: unknown;
  readonly apiVersion: unknown;
  readonly version: unknown;
}

/** A program behind an OpenAI-compatible address, told by what it answers. */
export interface EngineKind {
  readonly id: "llama-server" | "vllm" | "ollama" | "lm-studio" | "llama-swap" | "unknown";
  /** its own version, where it says one */
  readonly version: (seen: Sighting) => string | undefined;
  readonly tells: (seen: Sighting) => boolean;
  /** whose /tokenize counts for it */
  readonly tokenize: "llama.cpp" | "vllm" | "none";
  /** a request that is cut and asked again finds its prefix cached */
  readonly preemption: "cut" | "none";
}

const owners = ({ models }: Sighting) => listOf(fieldsOf(models)["data"]).map((row) => fieldsOf(row)["owned_by"]);

/** In the order they are asked; the first that is told is it. */
const KINDS: readonly EngineKind[] = [
  {
    id: "llama-swap",
    tells: (seen) => owners(seen).includes("llama-swap"),
    version: () => undefined,
    tokenize: "none",
    preemption: "cut",
  },
  {
    id: "llama-server",
    tells: ({ props, headers }) => "total_slots" in fieldsOf(props) || headers["server"] === "llama.cpp",
    version: ({ props }) => textOf(fieldsOf(props)["build_info"]),
    tokenize: "llama.cpp",
    preemption: "cut",
  },
  {
    id: "ollama",
    tells: ({ apiVersion }) => textOf(fieldsOf(apiVersion)["version"]) !== undefined,
    version: ({ apiVersion }) => textOf(fieldsOf(apiVersion)["version"]),
    tokenize: "none",
    preemption: "cut",
  },
  {
    id: "vllm",
    tells: (seen) => textOf(fieldsOf(seen.version)["version"]) !== undefined || owners(seen).includes("vllm"),
    version: ({ version }) => textOf(fieldsOf(version)["version"]),
    tokenize: "vllm",
    preemption: "cut",
  },
  {
    id: "lm-studio",
    tells: (seen) => owners(seen).includes("organization_owner"),
    version: () => undefined,
    tokenize: "none",
    preemption: "none",
  },
];

const UNKNOWN: EngineKind = {
  id: "unknown",
  tells: () => true,
  version: () => undefined,
  tokenize: "none",
  preemption: "none",
};

export function kindOf(seen: Sighting): EngineKind {
  return KINDS.find((kind) => kind.tells(seen)) ?? UNKNOWN;
}

/** Names of the models an address lists. */
export function modelsOf({ models }: Sighting): string[] {
  return listOf(fieldsOf(models)["data"]).flatMap((row) => textOf(fieldsOf(row)["id"]) ?? []);
}
