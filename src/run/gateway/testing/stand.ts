import type { LaneSettings } from "../../../predict/serving/index.ts";
import { scriptedServer, type ScriptedOptions, type ScriptedServer } from "../../engine/testing/scripted-server.ts";
import type { Clock } from "../clock.ts";
import { startGateway } from "../gateway.ts";
import type { Gateway, GatewayOptions } from "../options.ts";
import { ask } from "./ask.ts";
import { AddressServer, oneModel } from "./one-model.ts";

/** A scripted engine with a gateway before it. */
export interface Stand {
  readonly engine: ScriptedServer;
  /** what the gateway holds the engine for; `become` changes its state */
  readonly server: AddressServer;
  readonly gateway: Gateway;
  readonly models: ReturnType<typeof oneModel>;
  readonly port: number;
  readonly faults: unknown[];
  /** Resolves when so many requests wait in the lanes. */
  waits(count: number): Promise<void>;
  /** Resolves when a request has been answered with so many tokens and the gateway has read them. */
  said(request: number, tokens: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function stand(
  options: Partial<GatewayOptions> = {},
  lanes: Partial<LaneSettings> = {},
  script: ScriptedOptions = {},
): Promise<Stand> {
  const engine = await scriptedServer(script);
  const server = new AddressServer(engine.url, "scripted");
  const models = oneModel(server, lanes);
  const faults: unknown[] = [];
  const gateway = await startGateway({ models, onFault: (fault) => faults.push(fault), ...options });
  return {
    engine,
    server,
    gateway,
    models,
    port: gateway.port,
    faults,
    async waits(count) {
      const now = () => gateway.counts().interactive.waiting + gateway.counts().batch.waiting;
      while (now() !== count) await new Promise((resolve) => setImmediate(resolve));
    },
    async said(request, tokens) {
      while (engine.requests[request]?.said !== tokens) await new Promise((resolve) => setImmediate(resolve));
      // what was written before has arrived when a request and its answer have gone over another connection
      await ask(engine.port, { path: "/health" });
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await engine.stop();
    },
  };
}

export const CHAT = { model: "scripted", messages: [{ role: "user", content: "one two three" }] };

/** A clock whose timers are due at the next turn: nothing is waited for. */
export const hurriedClock: Clock = {
  now: () => performance.now(),
  after(_, run) {
    const timer = setImmediate(run);
    return () => clearImmediate(timer);
  },
};
