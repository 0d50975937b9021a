import { formatBytes } from "../../../src/facts/units/index.ts";
import type { LaunchFacts } from "../../../src/plan/answer/index.ts";
import { shellWord } from "../../../src/plan/command/index.ts";
import { Copy } from "../parts/copy.tsx";
import { Section } from "../parts/section.tsx";
import { commandOf } from "../state/command.ts";
import { whole } from "../state/questions.ts";
import { flags } from "../state/store.ts";

/** How it is started, and how the command line is asked the same. */
export function Launch() {
  const { answer, waiting } = whole.value;
  const ask = commandOf("fit", flags.value);
  return (
    <Section id="launch" title="Run it" waiting={waiting}>
      {answer?.launch === undefined ? null : <Server launch={answer.launch} />}
      <Command words={[ask]} text={ask} what="the question as a command" label="The same question in a terminal" />
    </Section>
  );
}

function Server({ launch }: { readonly launch: LaunchFacts }) {
  const { program, args, line, bytes, checkedAgainst, build, problems } = launch;
  const takes = bytes === undefined ? (launch.rejected ?? "refused") : `${formatBytes(bytes)} under llama-server`;
  const checked =
    checkedAgainst === undefined ? `the flags of ${build} are not known here` : `flags of ${checkedAgainst}`;
  return (
    <>
      <Command
        words={[program, ...withValues(args)]}
        text={line}
        what="the launch command"
        label={`Serve it: ${takes}, ${checked}`}
      />
      {problems.map(({ argument, because }) => (
        <p key={argument} class="problem">
          {argument}: {because}
        </p>
      ))}
    </>
  );
}

interface CommandProps {
  /** parts that are not broken over lines */
  readonly words: readonly string[];
  readonly text: string;
  readonly what: string;
  readonly label: string;
}

function Command({ words, text, what, label }: CommandProps) {
  return (
    <div class="command">
      <p>{label}</p>
      <div>
        <code data-testid={what.replaceAll(" ", "-")}>
          {words.map((word, at) => (
            <span key={`${at} ${word}`}>{at === 0 ? word : ` ${word}`}</span>
          ))}
        </code>
        <Copy text={text} what={what} />
      </div>
    </div>
  );
}

/** A flag and its value are never apart. */
function withValues(args: readonly string[]): string[] {
  const parts: string[] = [];
  for (const arg of args) {
    if (arg.startsWith("-") || parts.length === 0) parts.push(shellWord(arg));
    else parts[parts.length - 1] += ` ${shellWord(arg)}`;
  }
  return parts;
}
