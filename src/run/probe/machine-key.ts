import type { Files } from "./files.ts";
import type { Shell } from "./shell.ts";
import type { System } from "./system.ts";

/** When the machine was booted, as a name: cached answers of another boot are stale. */
export async function readBootId(system: System, files: Files, shell: Shell): Promise<string> {
  if (system.os === "linux") {
    const id = (await files.read("/proc/sys/kernel/random/boot_id"))?.trim();
    if (id !== undefined && id !== "") return id;
  }
  if (system.os === "darwin") {
    const { stdout, exitCode } = await shell.run("sysctl", ["-n", "kern.bootsessionuuid"], { timeoutMs: 1_000 });
    if (exitCode === 0 && stdout.trim() !== "") return stdout.trim();
  }
  // A reading that jumps over a border of ten minutes costs one needless probe.
  return `booted-${Math.round(system.bootedAtMs / 600_000)}`;
}

/**
 * What a process can see of devices, from files alone: GPU device nodes, and devices of the PCI classes display (03) and
 * processing accelerator (12). Other systems change devices with a boot.
 */
export async function readDeviceList(system: System, files: Files): Promise<string[]> {
  if (system.os !== "linux") return [];
  const [nodes, renderers, addresses] = await Promise.all([
    files.list("/dev"),
    files.list("/dev/dri"),
    files.list("/sys/bus/pci/devices"),
  ]);
  const found = nodes
    .filter((name) => /^(nvidia\d+|nvidiactl|kfd|dxg|accel\d*)$/.test(name))
    .map((name) => `/dev/${name}`);
  found.push(...renderers.filter((name) => /^(card|renderD)\d+$/.test(name)).map((name) => `/dev/dri/${name}`));
  const pci = await Promise.all(
    addresses.map(async (address) => {
      const folder = `/sys/bus/pci/devices/${address}`;
      const kind = (await files.read(`${folder}/class`))?.trim() ?? "";
      if (!/^0x(03|12)/.test(kind)) return undefined;
      const [vendor, device] = await Promise.all([files.read(`${folder}/vendor`), files.read(`${folder}/device`)]);
      return `${address} ${vendor?.trim().slice(2) ?? "?"}:${device?.trim().slice(2) ?? "?"}`;
    }),
  );
  return [...found, ...pci.filter((entry) => entry !== undefined)];
}
