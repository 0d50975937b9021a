/** How a family of models marks its thinking. */
export interface Thinking {
  readonly open: string;
  readonly close: string;
  /** before an answer without thinking; not shown */
  readonly skip?: string;
  /** the markers are tokens that are not printed otherwise */
  readonly special: boolean;
}

const TAGS: Thinking = { open: "<think>", close: "</think>", special: false };

/** By what a template shows of it; the first that fits. */
const SIGNS: readonly (readonly [sign: RegExp, thinking: Thinking])[] = [
  [
    /<\|channel\|>/, // gpt-oss: channels, of which one is for the user
    {
      open: "<|channel|>analysis<|message|>",
      close: "<|end|><|start|>assistant<|channel|>final<|message|>",
      skip: "<|channel|>final<|message|>",
      special: true,
    },
  ],
  [/\[THINK\]/, { open: "[THINK]", close: "[/THINK]", special: true }], // Magistral
  [/<seed:think>/, { open: "<seed:think>", close: "</seed:think>", special: false }],
  [/<\/?think>/, TAGS], // Qwen, DeepSeek and most others
];

/** How the model of a template thinks; absent: it does not. */
export function thinkingOf(template: string): Thinking | undefined {
  return SIGNS.find(([sign]) => sign.test(template))?.[1];
}

/** Does the assistant's turn at the end of `prompt` stand in the middle of its thinking? */
export function isThinking(prompt: string, { open, close }: Thinking): boolean {
  const at = prompt.lastIndexOf(open);
  // a marker in somebody's words is followed by the end of their turn; the template's own by nothing but thoughts
  return at >= 0 && !prompt.includes(close, at) && !/[<[]/.test(prompt.slice(at + open.length));
}
