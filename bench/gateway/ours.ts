// Loadout's gateway before one engine, as `loadout serve` has it. Usage: node ours.ts UPSTREAM_PORT [SLOTS]
import { startGateway } from "../../src/run/gateway/index.ts";
import { oneModel } from "../../src/run/gateway/testing/one-model.ts";
import { tellPort } from "./child.ts";

const [port, slots = "4096"] = process.argv.slice(2);
const gateway = await startGateway({
  models: oneModel(`http://127.0.0.1:${port}`, { slots: Number(slots) }),
  limits: { connections: 8192 },
});
tellPort(gateway.port, () => {
  const { interactive, batch } = gateway.counts();
  return { waiting: interactive.waiting + batch.waiting, working: interactive.working + batch.working };
});
