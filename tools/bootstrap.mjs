// What `npm start` and `npm test` run: plain JavaScript for Node 20, because on a fresh clone nothing else is there yet.
// It installs what is missing, once, then hands over to the Node 24 that came with the packages.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const [task, ...rest] = process.argv.slice(2);

requireNode();
install(task === "test" ? "all" : "run");
const node = bundledNode() ?? process.execPath;
if (task === "test") process.exit(runChecks());
await handOver([join(ROOT, "src/show/cli/main.ts"), ...rest]);

/** Linux x64 and arm64 get Node 24 with the packages; elsewhere it must be there. */
function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  const bundled = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
  const least = bundled ? 20 : 24;
  if (major >= least) return;
  console.error(`loadout needs Node ${least} or newer on ${process.platform}; this is Node ${process.versions.node}.`);
  process.exit(3);
}

/** Installs the locked packages when they are not here as locked; `run` leaves the development tools out. */
function install(what) {
  if (!installed(what)) {
    say(`installing packages (once, about ${what === "all" ? "230 MB" : "160 MB"} to download) ...`);
    const started = Date.now();
    const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
    const args = ["ci", ...quiet, ...(what === "all" ? [] : ["--omit=dev"])];
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const result = spawnSync(npm, args, {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    if (result.signal) process.exit(130);
    if (result.status !== 0) {
      console.error(
        result.error
          ? `npm cannot be run (${result.error.message}): install it with Node, or run \`npm ci\` by hand.`
          : `\`npm ci\` failed with exit code ${result.status}; its own message is above.`,
      );
      process.exit(3);
    }
    say(`packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  if (process.platform === "linux" && process.arch === "x64" && nvidiaDriver()) installCuda();
}

/** Is every package of the lockfile here in its version? npm writes down what it installed; packages for other systems are optional. */
function installed(what) {
  const hidden = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const here = JSON.parse(readFileSync(hidden, "utf8")).packages;
  const locked = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  for (const [path, { version, optional, dev, devOptional }] of Object.entries(locked)) {
    if (path === "" || optional || devOptional || (dev && what !== "all")) continue;
    if (here[path]?.version !== version) return false;
  }
  const engine = "node_modules/node-llama-cpp";
  return here[engine]?.version === locked[engine].version;
}

function nvidiaDriver() {
  return existsSync("/proc/driver/nvidia/version") || existsSync("/dev/nvidiactl") || existsSync("/dev/dxg");
}

/** The CUDA builds of the engine are left out of the lockfile's install (decisions/0002): they come only where they can run. */
function installCuda() {
  const version = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).optionalDependencies["node-llama-cpp"];
  const store = join(ROOT, ".cache", `cuda-${version}`);
  const scope = join(ROOT, "node_modules", "@node-llama-cpp");
  const names = ["linux-x64-cuda", "linux-x64-cuda-ext"];
  const packages = join(store, "node_modules", "@node-llama-cpp");
  if (!names.every((name) => existsSync(join(packages, name, "package.json")))) {
    say("an NVIDIA driver is here: fetching the engine's CUDA builds (once, about 360 MB to download) ...");
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, "package.json"), '{ "private": true }\n');
    const specs = names.map((name) => `@node-llama-cpp/${name}@${version}`);
    const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", ...specs];
    const result = spawnSync("npm", args, { cwd: store, stdio: ["ignore", "inherit", "inherit"] });
    if (result.status !== 0) {
      say("the CUDA builds could not be fetched; the engine will use Vulkan or the processor");
      return;
    }
  }
  for (const name of names) {
    const link = join(scope, name);
    if (existsSync(join(link, "bins")) && !lstatSync(link).isSymbolicLink()) continue;
    rmSync(link, { force: true, recursive: true });
    symlinkSync(join(packages, name), link);
  }
}

function bundledNode() {
  const path = join(ROOT, "node_modules", `node-linux-${process.arch}`, "bin", "node");
  return process.platform === "linux" && existsSync(path) ? path : undefined;
}

/** Every check, all of them even after a failure; the last line counts them. */
function runChecks() {
  /** @type {[name: string, args: string[]][]} */
  const checks = [
    ["format", ["node_modules/oxfmt/bin/oxfmt", "--check", "."]],
    ["lint", ["node_modules/oxlint/bin/oxlint", "--type-aware"]],
    ["types", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]],
    ["types of the pure rooms", ["node_modules/typescript/bin/tsc", "-p", "tsconfig.pure.json"]],
    ["unused code", ["node_modules/knip/bin/knip.js", "--no-progress"]],
    ["house: imports and purity", ["tools/house.ts"]],
    ["package", ["tools/package.ts"]],
    ["plots", ["tools/plots.ts", "--check"]],
    ["guide", ["tools/guide.ts", "--check"]],
    ["tests", ["node_modules/vitest/vitest.mjs", "run", ...rest]],
  ];
  /** @type {string[]} */
  const failed = [];
  for (const [name, args] of checks) {
    const started = Date.now();
    const path = [dirname(node), join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
    const result = spawnSync(node, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, PATH: path } });
    const good = result.status === 0;
    if (!good) failed.push(name);
    say(`${good ? "passed" : "FAILED"}: ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  if (failed.length > 0) say(`failed: ${failed.join(", ")}`);
  console.log(`checks: ${checks.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

/** Runs the command in the right Node, with this terminal, and ends as it ends. Ctrl-C reaches it through the terminal. */
function handOver(args) {
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  return new Promise(() => {
    child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

function say(text) {
  console.error(`loadout: ${text}`);
}
