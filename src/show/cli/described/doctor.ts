import { buildCommand } from "@stricli/core";
import { json } from "./shared.ts";

export const doctor = buildCommand({
  loader: async () => (await import("../commands/doctor.ts")).doctor,
  parameters: { flags: { json } },
  docs: { brief: "What is missing here and how to get it", fullDescription: "Example:\n  loadout doctor" },
});
