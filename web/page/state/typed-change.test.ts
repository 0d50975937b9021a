import { expect, test } from "vitest";
import { typedChange } from "./typed-change.ts";

test("flags as an answer prints them change a question; what is no flag of it does not", () => {
  expect(typedChange("--quant Q4_K_M")).toEqual({ quant: "Q4_K_M" });
  expect(typedChange(" --gpu-layers all --cpu-experts 12")).toEqual({ "gpu-layers": "all", "cpu-experts": "12" });
  for (const text of [
    "",
    "sudo sysctl iogpu.wired_limit_mb=1",
    "--verify",
    "--context",
    "--context --users",
    "--constructor 1",
  ])
    expect(typedChange(text), text).toBeUndefined();
});
