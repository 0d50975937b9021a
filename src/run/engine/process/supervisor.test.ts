import { describe, expect, it } from "vitest";
import { LoadoutError } from "../../../facts/errors/index.ts";
import type { ServerState } from "../server.ts";
import { Restarts, RESTART_POLICY } from "./restart-policy.ts";
import { Supervisor, type Launched } from "./supervisor.ts";

class Fake implements Launched {
  readonly #end = Promise.withResolvers<string>();
  readonly ended = this.#end.promise;
  stops = 0;
  die(reason = "SIGKILL"): void {
    this.#end.resolve(reason);
  }
  stop(): Promise<"stopped"> {
    this.stops += 1;
    this.die("asked");
    return Promise.resolve("stopped");
  }
}

/** Launches what is given, in order; a clock whose pauses are recorded and over at once. */
function supervised(launches: (() => Fake | LoadoutError)[], options: { restart?: boolean; step?: number } = {}) {
  const pauses: number[] = [];
  const made: Fake[] = [];
  let nowMs = 0;
  const supervisor = new Supervisor<Fake>({
    launch: () => {
      const next = launches.shift()?.() ?? new LoadoutError("engine-failed", { what: "test", got: "no more" });
      if (next instanceof LoadoutError) return Promise.reject(next);
      made.push(next);
      return Promise.resolve(next);
    },
    clock: {
      now: () => (nowMs += options.step ?? 0),
      pause: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    },
    policy: RESTART_POLICY,
    restart: options.restart ?? true,
  });
  const states: ServerState[] = [];
  supervisor.onState((state) => states.push(state));
  return { supervisor, pauses, made, states };
}

const fake = () => new Fake();
const failure = () => new LoadoutError("engine-died", { what: "start", got: "exit code 1" });

describe("the policy of restarts", () => {
  it("waits longer each time, not for ever, and gives up", () => {
    const restarts = new Restarts(RESTART_POLICY);
    const pauses = Array.from({ length: RESTART_POLICY.attempts + 1 }, () => restarts.died(0));
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, undefined]);
  });

  it("forgives an engine that was well for a while", () => {
    const restarts = new Restarts(RESTART_POLICY);
    restarts.died(0);
    restarts.died(0);
    expect(restarts.died(RESTART_POLICY.healthyMs)).toBe(250);
  });
});

describe("the supervisor", () => {
  it("starts an engine again when it dies", async () => {
    const { supervisor, made, states, pauses } = supervised([fake, failure, fake]);
    await supervisor.start();
    made[0]!.die();
    await new Promise<void>((resolve) => {
      supervisor.onState((state) => {
        if (state === "ready") resolve();
      });
    });
    expect(supervisor.engine).toBe(made[1]);
    expect(states).toEqual(["ready", "restarting", "ready"]);
    expect(pauses).toEqual([250, 500]);
    expect(await supervisor.stop()).toBe("stopped");
    expect(states.at(-1)).toBe("stopped");
  });

  it("gives an engine up that dies again and again, with its last reason", async () => {
    const { supervisor, made, pauses } = supervised([fake, ...Array.from({ length: 9 }, () => failure)]);
    await supervisor.start();
    made[0]!.die();
    await new Promise<void>((resolve) => {
      supervisor.onState((state) => {
        if (state === "failed") resolve();
      });
    });
    await expect(supervisor.ready()).rejects.toMatchObject({ code: "engine-given-up", details: { times: 6 } });
    expect(pauses).toHaveLength(6);
    expect(await supervisor.stop()).toBe("already-gone");
  });

  it.each(["engine-wrong-cpu", "engine-program-missing"] as const)("does not try twice what is %s", async (code) => {
    const { supervisor, made, pauses } = supervised([fake, () => new LoadoutError(code, {})]);
    await supervisor.start();
    made[0]!.die();
    await expect(supervisor.ready().then(() => supervisor.ready())).rejects.toMatchObject({ code });
    expect(pauses).toEqual([250]);
  });

  it("does not start again where it was told not to", async () => {
    const { supervisor, made } = supervised([fake], { restart: false });
    await supervisor.start();
    const failed = new Promise<void>((resolve) => {
      supervisor.onState((state) => {
        if (state === "failed") resolve();
      });
    });
    made[0]!.die();
    await failed;
    await expect(supervisor.ready()).rejects.toMatchObject({ code: "engine-died" });
  });

  it("stops while it starts again, and stops what had just been started", async () => {
    const { supervisor, made } = supervised([fake, fake]);
    await supervisor.start();
    const restarting = new Promise<void>((resolve) => {
      supervisor.onState((state) => {
        if (state === "restarting") resolve();
      });
    });
    made[0]!.die();
    await restarting;
    await supervisor.stop();
    expect(supervisor.state).toBe("stopped");
    expect(made.slice(1).every(({ stops }) => stops === 1)).toBe(true);
    await expect(supervisor.ready()).rejects.toMatchObject({ code: "engine-stopped" });
  });

  it("passes on why the first start failed, or that it was interrupted", async () => {
    await expect(supervised([failure]).supervisor.start()).rejects.toMatchObject({ code: "engine-died" });
    const aborted = AbortSignal.abort();
    await expect(supervised([fake]).supervisor.start(aborted)).rejects.toMatchObject({ code: "interrupted" });
  });
});
