import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Another gateway that runs before the null server. */
export interface PeerProcess {
  readonly port: number;
  /** each request needs them */
  readonly headers: Readonly<Record<string, string>>;
  /** of the process and its children, until now */
  readonly cpuUs: () => number;
  readonly stop: () => void;
}

export interface GatewayPeer {
  readonly name: string;
  /** of ours against it: CPU per token, time added to the first byte */
  readonly cpuAtMost?: number;
  readonly addedAtMost?: number;
  /** Installs it where it is not, starts it and answers when it answers. */
  start(upstreamPort: number, cache: string): Promise<PeerProcess | { readonly absent: string }>;
}

/** Versions as measured first; a newer one is a decision, since numbers are compared over time. */
export const GATEWAY_PEERS: readonly GatewayPeer[] = [
  {
    name: "vllm-router",
    addedAtMost: 1.5,
    start: (upstream, cache) =>
      guarded(() => {
        const folder = join(cache, "vllm-router");
        const program = join(folder, "bin", "vllm-router");
        if (!existsSync(program)) pip(folder, "vllm-router==0.1.17");
        return async (port) =>
          started(program, {
            port,
            args: ["--host", "127.0.0.1", "--port", port, "--policy", "round_robin"].concat(
              "--worker-urls",
              `http://127.0.0.1:${upstream}`,
              "--prometheus-port",
              String(await freePort()),
            ),
            env: { PYTHONPATH: folder },
          });
      }),
  },
  {
    name: "portkey",
    cpuAtMost: 1,
    start: (upstream, cache) =>
      guarded(() => {
        const folder = join(cache, "portkey");
        const program = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
        if (!existsSync(program)) {
          mkdirSync(folder, { recursive: true });
          // a newer server package answers 500 to every stream
          writeFileSync(join(folder, "package.json"), '{"private":true,"overrides":{"@hono/node-server":"1.13.7"}}');
          execFileSync("npm", ["install", "--no-audit", "--no-fund", "@portkey-ai/gateway@1.15.2"], { cwd: folder });
        }
        return (port) =>
          started(process.execPath, {
            port,
            args: [program, `--port=${port}`, "--headless"],
            env: { NODE_ENV: "production" },
            headers: {
              "x-portkey-provider": "openai",
              "x-portkey-custom-host": `http://127.0.0.1:${upstream}/v1`,
              authorization: "Bearer none",
            },
          });
      }),
  },
  {
    name: "litellm",
    cpuAtMost: 0.1,
    start: (upstream, cache) =>
      guarded(() => {
        const folder = join(cache, "litellm");
        const program = join(folder, "bin", "litellm");
        if (!existsSync(program)) {
          execFileSync("python3", ["-m", "venv", folder]);
          execFileSync(join(folder, "bin", "pip"), ["install", "-q", "litellm[proxy]==1.108.7"]);
        }
        const config = join(cache, "litellm.yaml");
        const base = `http://127.0.0.1:${upstream}/v1`;
        const model = `{model_name: "null", litellm_params: {model: openai/null, api_base: "${base}", api_key: none}}`;
        writeFileSync(config, `model_list: [${model}]\n`);
        return (port) =>
          started(program, {
            port,
            args: ["--config", config, "--host", "127.0.0.1", "--port", port],
            env: { LITELLM_MASTER_KEY: "sk-bench", NO_DOCS: "True" },
            headers: { authorization: "Bearer sk-bench" },
          });
      }),
  },
];

async function guarded(
  prepare: () => (port: string) => Promise<PeerProcess>,
): Promise<PeerProcess | { readonly absent: string }> {
  try {
    return await prepare()(String(await freePort()));
  } catch (error) {
    return { absent: error instanceof Error ? error.message.split("\n")[0]! : "it does not start" };
  }
}

function pip(folder: string, name: string): void {
  execFileSync("python3", ["-m", "pip", "install", "-q", "--target", folder, name]);
}

interface Starting {
  readonly port: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts a program and waits until its port answers anything, two minutes at most. */
async function started(program: string, { port, args, env, headers = {} }: Starting): Promise<PeerProcess> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: "ignore", detached: true });
  let gone = false;
  child.on("exit", () => (gone = true));
  child.on("error", () => (gone = true));
  for (let attempt = 0; ; attempt++) {
    if (gone || attempt > 600) {
      stopGroup(child);
      throw new Error(`${program} does not answer`);
    }
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answered) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { pid = 0 } = child;
  return { port: Number(port), headers, cpuUs: () => groupCpuUs(pid), stop: () => stopGroup(child) };
}

function stopGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // it is gone already
  }
}

/** CPU of all processes of a group, from /proc: ticks of 10 ms. */
function groupCpuUs(group: number): number {
  let ticks = 0;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, "utf8").split(") ")[1]!.split(" ");
      if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // it ended while it was looked at
    }
  }
  return ticks * 10_000;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
