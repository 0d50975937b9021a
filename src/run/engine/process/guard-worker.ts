// Guard of a program where there are no process groups: starts it, and ends its tree when the channel to Loadout ends.
import { spawn } from "node:child_process";
import { Socket } from "node:net";

const [program, ...args] = process.argv.slice(2);
const channel = new Socket({ fd: 3 });
const child = spawn(program!, args, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });

channel.on("error", () => {});
channel.write(`pid ${child.pid ?? 0}\n`);
channel.resume().on("end", () => {
  spawn("taskkill", ["/T", "/F", "/PID", `${child.pid}`], { stdio: "ignore" }).on("error", () => child.kill("SIGKILL"));
});
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  done(127);
});
child.on("exit", (code) => done(code ?? 137));

function done(status: number): void {
  channel.end(`exit ${status}\n`, () => process.exit());
}
