import { planFlags } from "../../../plan/ask/flags/index.ts";

export { quant } from "../../../plan/ask/flags/index.ts";

export const json = planFlags.json;
export const yes = {
  kind: "boolean",
  brief: "Allow downloads without asking",
  optional: true,
  withNegated: false,
} as const;
export const model = {
  parse: String,
  brief: "A file, a name (qwen3 8b, qwen3:8b), hf:owner/name, an address",
  placeholder: "MODEL",
} as const;
export const optionalModel = { kind: "tuple", parameters: [{ ...model, optional: true }] } as const;
