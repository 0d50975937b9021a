// The yardstick: the least a Node process can add between a client and an engine. Usage: node pipe.ts UPSTREAM_PORT
import { createServer, request } from "node:http";
import { listening } from "./child.ts";

const port = Number(process.argv[2]);
const server = createServer((incoming, outgoing) => {
  const { method, url: path, headers } = incoming;
  const up = request({ host: "127.0.0.1", port, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  up.on("error", () => outgoing.destroy());
  outgoing.on("close", () => up.destroy());
  incoming.pipe(up);
});
listening(server, 0);
