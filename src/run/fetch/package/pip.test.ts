import { describe, expect, it } from "vitest";
import { findPip, pipDownload, pipReason, runCommand, type RunCommand } from "./pip.ts";

/** A machine where these commands answer as written and no others exist. */
function machine(answers: Readonly<Record<string, { exitCode: number; output: string }>>): RunCommand {
  return (command) => Promise.resolve(answers[command.join(" ")] ?? { exitCode: undefined, output: "ENOENT" });
}

describe("pip", () => {
  it("is found under the names that Python has", async () => {
    const here = { exitCode: 0, output: "pip 25.0" };
    expect(await findPip("X", machine({ "python -m pip --version": here }), "linux")).toEqual(["python", "-m", "pip"]);
    expect(await findPip("X", machine({ "py -3 -m pip --version": here }), "win32")).toEqual(["py", "-3", "-m", "pip"]);
  });

  it("is missing with the reason", async () => {
    const bare = machine({
      "python3 -m pip --version": { exitCode: 1, output: "/usr/bin/python3: No module named pip" },
    });
    const cases: [RunCommand, string][] = [
      [bare, "python3 has no pip module"],
      [machine({}), "no Python was found"],
    ];
    for (const [run, reason] of cases)
      await expect(findPip("SmolLM2", run, "linux")).rejects.toMatchObject({
        code: "pip-missing",
        message: expect.stringContaining(reason),
        hint: expect.stringContaining("python3-pip"),
      });
  });

  it("is asked for the named wheels and nothing that they require", () => {
    const command = pipDownload(["python3", "-m", "pip"], ["a==1", "b==2"], "/cache");
    expect(command).toEqual(expect.arrayContaining(["download", "--no-deps", "--only-binary=:all:"]));
    expect(command.slice(-4)).toEqual(["-d", "/cache", "a==1", "b==2"]);
  });

  it("says why it failed in its last error line", () => {
    const output =
      "Looking in indexes\nWARNING: retrying\nERROR: first\nERROR: No matching distribution found for a==1\n[notice]";
    expect(pipReason(output)).toBe("No matching distribution found for a==1");
    const offline =
      "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('x')': /simple\n";
    expect(pipReason(offline + output)).toBe("the package index cannot be reached (NewConnectionError)");
    expect(pipReason("Killed\n")).toBe("Killed");
    expect(pipReason("")).toBe("it printed nothing");
  });
});

describe("a command", () => {
  it("returns its exit code and what it printed", async () => {
    const code = "console.log(process.env.LOADOUT_X); console.error('err'); process.exit(3)";
    const result = await runCommand([process.execPath, "-e", code], { env: { LOADOUT_X: "out" } });
    expect(result.exitCode).toBe(3);
    expect(result.output).toContain("out");
    expect(result.output).toContain("err");
  });

  it("that does not exist or is stopped has no exit code", async () => {
    expect((await runCommand(["/does/not/exist"], {})).exitCode).toBeUndefined();
    const stop = new AbortController();
    const running = runCommand([process.execPath, "-e", "setInterval(() => {}, 1000)"], { signal: stop.signal });
    stop.abort();
    expect((await running).exitCode).toBeUndefined();
  });
});
