// What a measurement was taken on, printed above every benchmark.
import { availableParallelism, cpus, loadavg, platform, release, totalmem, freemem } from "node:os";
import { formatBytes } from "../src/facts/units/index.ts";

export function printMachineCard(): void {
  for (const [what, value] of machineCard()) console.log(`${what.padEnd(8)} ${value}`);
  console.log();
}

function machineCard(): [what: string, value: string][] {
  const [first] = cpus();
  const load = loadavg().map((value) => value.toFixed(2));
  return [
    ["date", new Date().toISOString().slice(0, 16).replace("T", " ")],
    ["cpu", `${first?.model.trim() ?? "unknown"}, ${availableParallelism()} of ${cpus().length} threads usable`],
    ["memory", `${formatBytes(totalmem())}, ${formatBytes(freemem())} free`],
    ["system", `${platform()} ${release()}`],
    ["node", process.version],
    ["load", `${load.join(" ")} over 1, 5, 15 minutes`],
  ];
}
