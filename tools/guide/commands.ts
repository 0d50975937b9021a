import { buildApplication, buildRouteMap, run } from "@stricli/core";
import { ROUTES } from "../../src/show/cli/app.ts";
import { cliContext } from "../../src/show/cli/context.ts";

/** Commands of ours that a text shows: lines of its `sh` blocks and spans of code. */
export function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block.replaceAll(/\\\n\s*/g, " ").split("\n"),
  );
  const spans = [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks, ...spans]
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => /^loadout\b/.test(line));
}

/** What the command line has against a command's words, without running it; `undefined` where it takes them. */
export async function refusal(command: string): Promise<string | undefined> {
  const [, name = "start", ...words] = command.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
  if (!Object.hasOwn(ROUTES, name)) return `there is no command ${name}`;
  if (words.includes("--help")) return undefined;
  let reached = false;
  let said = "";
  const loader = () => {
    reached = true;
    return Promise.resolve(() => undefined);
  };
  const routes = Object.fromEntries(Object.entries(ROUTES).map(([key, route]) => [key, { ...route, loader }]));
  const { exitCode } = process;
  const stream = { write: (text: string) => void (said += text), isTTY: false };
  await run(
    buildApplication(buildRouteMap({ routes, docs: { brief: "the same commands, none of which does anything" } }), {
      name: "loadout",
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    }),
    [name, ...words],
    {
      ...cliContext(process, new AbortController().signal, 0),
      process: { ...process, stdout: stream, stderr: stream },
    },
  );
  process.exitCode = exitCode;
  return reached ? undefined : said.trim() || "not understood";
}
