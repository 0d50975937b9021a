// The command itself: signals, the words that were typed, the exit code.
import { run } from "@stricli/core";
import { EXIT } from "../../facts/errors/index.ts";
import { app, ROUTES } from "./app.ts";
import { cliContext } from "./context.ts";
import { nearest } from "./nearest.ts";

const startedAtMs = Date.now() - process.uptime() * 1000;
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// a closed pipe (`loadout fit | head -1`) is a reader that has enough, not a fault
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.internal),
);

const typed = process.argv.slice(2);
const first = typed[0];
if (first !== undefined && !first.startsWith("-") && !(first in ROUTES)) {
  process.stderr.write(
    `error: there is no command "${first}"\nhint:  did you mean \`loadout ${nearest(first, Object.keys(ROUTES))}\`?\n`,
  );
  process.exit(EXIT.question);
}

// the framework's own exit codes for a question it cannot read are negative
process.exitCode = undefined;
await run(app, typed, cliContext(process, stop.signal, startedAtMs));
if (typeof process.exitCode === "number" && (process.exitCode < 0 || process.exitCode > 250))
  process.exitCode = EXIT.question;
