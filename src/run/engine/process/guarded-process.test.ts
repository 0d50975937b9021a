import { spawn } from "node:child_process";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { GuardedProcess } from "./guarded-process.ts";

const posix = process.platform !== "win32";
const NODE = process.execPath;
const run = (code: string, options = {}) => new GuardedProcess(NODE, ["-e", code], options);

/** Who connects lives; when the connection closes, it has gone, whoever's child it was. */
async function witness() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const next = async (): Promise<Socket> => {
    const [socket]: Socket[] = await once(server, "connection");
    socket!.on("error", () => {});
    return socket!.resume();
  };
  return { port, next, close: () => server.close() };
}

let close = () => {};
afterEach(() => close());

describe("a guarded process", () => {
  it("prints lines, says its own process id and how it ended", async () => {
    const lines: string[] = [];
    const child = run("console.log('out ' + process.pid); console.error('err'); process.exitCode = 3", {
      onLine: (line: string) => lines.push(line),
    });
    expect(await child.ended).toEqual({ code: 3, signal: null });
    expect(lines.toSorted()).toEqual(["err", `out ${await child.started}`]);
  });

  it.skipIf(!posix)("reports the signal that ended it (signals are POSIX)", async () => {
    const child = run("process.kill(process.pid, 'SIGILL')");
    expect(await child.ended).toEqual({ code: null, signal: "SIGILL" });
  });

  it.skipIf(!posix)(
    "that cannot be started ends like a shell says it (other systems say it in other ways)",
    async () => {
      const child = new GuardedProcess("/does/not/exist", []);
      expect(await child.ended).toMatchObject({ code: 127 });
    },
  );

  it("is asked to end, and ends by itself", async () => {
    const ready = Promise.withResolvers<void>();
    const child = run("process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1e6)", {
      onLine: () => ready.resolve(),
    });
    await ready.promise;
    expect(await child.stop()).toBe("stopped");
    if (posix) expect(await child.ended).toEqual({ code: 7, signal: null });
    expect(child.stopping).toBe(true);
  });

  it("that does not listen is killed, with all it has started", async () => {
    const { port, next, ...server } = await witness();
    close = server.close;
    const grandchild = `require('node:net').connect(${port}, '127.0.0.1'); process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)`;
    const code = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}]); process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)`;
    const child = run(code);
    const socket = await next();
    const gone = once(socket, "close");
    expect(await child.stop(50)).toBe("killed");
    await gone;
  });

  // the worst case: no handler runs, nothing is flushed, nobody says goodbye
  it("goes with a Loadout that is killed by SIGKILL, also when it does not listen", { timeout: 20_000 }, async () => {
    const { port, next, ...server } = await witness();
    close = server.close;
    const engine = `const s = require('node:net').connect(${port}, '127.0.0.1', () => s.write(String(process.pid))); process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)`;
    const loadout = `
      import { GuardedProcess } from ${JSON.stringify(join(import.meta.dirname, "guarded-process.ts"))};
      new GuardedProcess(process.execPath, ["-e", ${JSON.stringify(engine)}]);
      setInterval(() => {}, 1e6);`;
    const parent = spawn(NODE, ["--input-type=module-typescript", "-e", loadout], { stdio: "ignore" });
    const socket = await next();
    const gone = once(socket, "close");
    parent.kill("SIGKILL");
    await gone;
  });
});

// the guard of systems without groups is a script of ours; it runs here too, with a stand-in for the tool that ends trees
describe("the guard of Windows", () => {
  it("starts the program and says how it ended", async () => {
    const child = run("process.exitCode = 5", { platform: "win32" });
    expect(await child.ended).toEqual({ code: 5, signal: null });
    expect(await child.started).toBeGreaterThan(0);
  });
});
