import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Setting } from "./draw.ts";

export const LOAD_LIMIT_MS = 180_000;

export interface Loaded {
  readonly log: readonly string[];
  readonly error?: string;
  /** it was still loading when its time was up: neither loaded nor refused */
  readonly hung?: true;
}

/** One load in a process of its own: the engine may end it. */
export function load(setting: Setting, path: string): Promise<Loaded> {
  const script = join(import.meta.dirname, "load.ts");
  const visible = Array.from({ length: setting.devices }, () => "0").join(",");
  const child = spawn(process.execPath, [script, JSON.stringify(setting), path], {
    env: { ...process.env, ...(visible === "" ? {} : { GGML_VK_VISIBLE_DEVICES: visible }) },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: LOAD_LIMIT_MS,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      // the engine ends a process by SIGABRT; SIGTERM is the time limit's
      if (signal === "SIGTERM") return resolve({ log: [], hung: true });
      const last = output.trim().split("\n").at(-1) ?? "";
      resolve(last.startsWith("{") ? JSON.parse(last) : { log: [], error: `the process ended (${signal ?? code})` });
    });
  });
}
