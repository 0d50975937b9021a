// Loadout's gateway before one engine, as `loadout serve` has it. Usage: node ours.ts UPSTREAM_PORT [SLOTS] [--impatient]
// `--impatient`: limits of seconds, for those who test them.
import { startGateway } from "../../src/run/gateway/index.ts";
import { AddressServer, oneModel } from "../../src/run/gateway/testing/one-model.ts";
import { tellPort } from "./child.ts";

const [port, slots = "4096"] = process.argv.slice(2);
const impatient = { headersMs: 2000, requestMs: 3000, idleMs: 2000, stallMs: 2000 };
const server = new AddressServer(`http://127.0.0.1:${port}`, "null");
const models = oneModel(server, { slots: Number(slots) });
process.on("message", (word) => {
  if (word === "engine-gone") server.become("restarting");
  if (word === "engine-back") server.become("ready");
});
const gateway = await startGateway({
  models,
  limits: { connections: 8192, ...(process.argv.includes("--impatient") ? impatient : {}) },
  onFault: (fault) => console.error(fault),
});
tellPort(gateway.port, async () => {
  const { interactive, batch } = gateway.counts();
  const { clients, engines } = await gateway.sockets();
  return {
    waiting: interactive.waiting + batch.waiting,
    working: interactive.working + batch.working,
    held: models.held,
    clients,
    engines,
  };
});
