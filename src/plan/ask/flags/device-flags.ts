import type { CatalogRow, Vendor } from "../../../facts/hardware/index.ts";
import { oneOf } from "./plan-flags.ts";

/** Flags that choose among devices. */
export interface DeviceFlags {
  readonly vendor?: Vendor;
  readonly class?: CatalogRow["class"];
  readonly minMemory?: string;
}

export const deviceFlags = {
  vendor: {
    kind: "parsed",
    parse: (text: string) =>
      oneOf(text, ["nvidia", "amd", "intel", "apple", "qualcomm", "generic"] as const, "--vendor"),
    brief: "Only devices of this maker",
    optional: true,
  },
  class: {
    kind: "parsed",
    parse: (text: string) =>
      oneOf(text, ["consumer", "workstation", "datacenter", "laptop", "soc", "cpu"] as const, "--class"),
    brief: "Only consumer, workstation, datacenter, laptop, soc",
    optional: true,
  },
  minMemory: {
    kind: "parsed",
    parse: String,
    brief: "Only devices with at least so much memory: 24GB",
    optional: true,
  },
} as const;
