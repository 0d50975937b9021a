// The command itself: signals, the words that were typed, the exit code.
import { run } from "@stricli/core";
import { EXIT, type LoadoutError } from "../../facts/errors/index.ts";
import { app, ROUTES } from "./app.ts";
import { cliContext } from "./context.ts";
import { errorJson, errorText, unknownCommand } from "./wrong-flags.ts";
import { joinCounts } from "../../plan/ask/flags/index.ts";

const startedAtMs = Date.now() - process.uptime() * 1000;
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// a closed pipe (`loadout fit | head -1`) is a reader that has enough, not a fault
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.internal),
);

const typed = joinCounts(process.argv.slice(2));
const wrong: LoadoutError[] = [];
const first = typed[0];
if (first !== undefined && !first.startsWith("-") && !Object.hasOwn(ROUTES, first)) {
  const error = unknownCommand(first, Object.keys(ROUTES));
  wrong.push(error);
  process.stderr.write(`${errorText(error)}\n`);
} else {
  // the framework's own exit codes for a question it cannot read are negative
  process.exitCode = undefined;
  await run(
    app((error) => wrong.push(error)),
    typed,
    cliContext(process, stop.signal, startedAtMs),
  );
}
const code = process.exitCode;
if (wrong.length > 0 || (typeof code === "number" && (code < 0 || code > 250))) process.exitCode = EXIT.question;
if (wrong[0] && typed.includes("--json")) process.stdout.write(`${errorJson(wrong[0])}\n`);
