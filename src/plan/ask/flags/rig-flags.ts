import type { Backend, Host } from "../../../facts/hardware/index.ts";
import { shellWord } from "../../command/index.ts";
import { oneOf } from "./plan-flags.ts";

/** Flags that describe a rig instead of asking this machine, shared by `fit` and `explain`. */
export interface RigFlags {
  readonly gpu?: readonly string[];
  readonly vram?: readonly string[];
  readonly ram?: string;
  readonly backend?: Backend;
  readonly os?: Host["os"];
  readonly node?: readonly string[];
  readonly link?: readonly string[];
}

export const BACKENDS: readonly Backend[] = ["cuda", "rocm", "vulkan", "sycl", "metal"];
export const SYSTEMS = { linux: "linux", windows: "win32", macos: "darwin" } as const;

export const rigFlags = {
  gpu: {
    kind: "parsed",
    parse: String,
    brief: "A device of another rig: rtx-3090, 2xrtx-3090",
    optional: true,
    variadic: true,
  },
  vram: {
    kind: "parsed",
    parse: String,
    brief: "Any card with so much memory: 24GB",
    optional: true,
    variadic: true,
  },
  ram: {
    kind: "parsed",
    parse: String,
    brief: "RAM of that rig: 64GB, 64GB:ddr5-6000",
    optional: true,
  },
  backend: {
    kind: "parsed",
    parse: (text: string) => oneOf(text, BACKENDS, "--backend"),
    brief: "How those devices are used: vulkan, ...",
    optional: true,
  },
  os: {
    kind: "parsed",
    parse: (text: string) => SYSTEMS[oneOf(text, ["linux", "windows", "macos"] as const, "--os")],
    brief: "System of that rig: linux, windows, macos",
    optional: true,
  },
  node: {
    kind: "parsed",
    parse: String,
    brief: "A machine over the network: big:2xrtx-3090",
    optional: true,
    variadic: true,
  },
  link: {
    kind: "parsed",
    parse: String,
    brief: "How fast that network is: 10Gb/s",
    optional: true,
    variadic: true,
  },
} as const;

/** Is a rig described? Else this machine is meant. */
export function describesRig({ gpu, vram, ram, backend, os, node, link }: RigFlags): boolean {
  return [gpu, vram, ram, backend, os, node, link].some((flag) => flag !== undefined);
}

/** The flags as they are typed. */
export function rigArguments({ gpu = [], vram = [], ram, backend, os, node = [], link = [] }: RigFlags): string {
  const system = Object.entries(SYSTEMS).find(([, name]) => name === os)?.[0];
  const typed: readonly (readonly [flag: string, values: readonly (string | undefined)[]])[] = [
    ["--gpu", gpu],
    ["--vram", vram],
    ["--ram", [ram]],
    ["--backend", [backend]],
    ["--os", [system]],
    ["--node", node],
    ["--link", link],
  ];
  return typed
    .flatMap(([flag, values]) =>
      values.flatMap((value) => (value === undefined ? [] : [`${flag} ${shellWord(value)}`])),
    )
    .join(" ");
}
