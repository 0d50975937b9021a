#!/usr/bin/env node
// Says which Node it needs before anything that an older one cannot read is loaded.
const LEAST_NODE = 24;

if (Number(process.versions.node.split(".")[0]) < LEAST_NODE) {
  process.stderr.write(`loadout needs Node ${LEAST_NODE} or newer; this is Node ${process.versions.node}\n`);
  process.exitCode = 3;
} else {
  // compiled code is kept for the next start, from the first module on
  (await import("node:module")).enableCompileCache();
  await import("./command.ts");
}
