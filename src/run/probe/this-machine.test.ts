import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { measureCopyBandwidth } from "./bandwidth.ts";
import { diskFreeBytes, machineFiles } from "./files.ts";
import { probe } from "./probe.ts";
import { machineShell } from "./shell.ts";

// The same code on the machine that runs the tests: what recordings cannot show is that the real ends fit.
describe("this machine", () => {
  test("is probed, and agrees with what the language's library says", async () => {
    const { rig, findings, bootId } = await probe();
    expect(rig.host.cpu.logicalCores).toBeGreaterThanOrEqual(availableParallelism());
    expect(rig.host.cpu.physicalCores).toBeLessThanOrEqual(rig.host.cpu.logicalCores);
    expect(rig.host.ramBytes).toBeGreaterThan(2 ** 28);
    expect(rig.host.availableBytes).toBeGreaterThan(0);
    expect(rig.host.availableBytes).toBeLessThanOrEqual(rig.host.ramBytes);
    expect(rig.host.diskFreeBytes).toBeGreaterThan(0);
    expect(findings.length).toBeGreaterThan(0);
    expect(bootId).not.toBe("");
  });

  test("a missing program is a result, a slow one is ended, a failing one tells its code", async () => {
    expect(await machineShell.run("no-such-program-here", [], { timeoutMs: 1_000 })).toMatchObject({ missing: true });
    // it reads from a pipe that nobody closes
    const waits = ["-e", "process.stdin.resume()"];
    expect(await machineShell.run(process.execPath, waits, { timeoutMs: 100 })).toMatchObject({
      timedOut: true,
      missing: false,
    });
    const fails = ["-e", "console.log('said'); process.exit(7)"];
    expect(await machineShell.run(process.execPath, fails, { timeoutMs: 20_000 })).toMatchObject({
      exitCode: 7,
      stdout: "said\n",
    });
  });

  test("files: what is not there is absent, free space is that of the nearest folder that exists", async () => {
    expect(await machineFiles.read(join(tmpdir(), "no", "such", "file"))).toBeUndefined();
    expect(await machineFiles.list(join(tmpdir(), "no-such-folder"))).toEqual([]);
    expect(await diskFreeBytes(join(tmpdir(), "not", "yet", "there"))).toBeGreaterThan(0);
  });

  test("memory bandwidth: between what the slowest and the fastest memory can do", async () => {
    const measured = await measureCopyBandwidth(1, 2 ** 29);
    expect(measured?.threads).toBe(1);
    expect(measured?.bytesPerSec).toBeGreaterThan(2e8);
    expect(measured?.bytesPerSec).toBeLessThan(5e12);
    expect(measured?.seconds).toBeLessThan(1);
    expect(await measureCopyBandwidth(4, 1_000_000)).toBeUndefined();
  });
});
