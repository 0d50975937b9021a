/** Questions that come as lines of JSON. */
export const SPEC_ERRORS = {
  "spec-not-json": {
    template: "line {line} is no JSON: {problem}",
    hint: 'Write one object a line, for example {"model":"qwen3-8b","rig":{"vram":["24GB"]}}.',
    exit: 2,
    http: 400,
  },
  "spec-field": {
    template: "line {line}, {field}: expected {expected}, got {got}",
    hint: "docs/schema/spec.schema.json says what a line may hold.",
    exit: 2,
    http: 400,
  },
  "spec-unreadable": {
    template: "the file of questions {path} cannot be read: {problem}",
    hint: "Name a file of questions, one JSON object a line, or - for standard input.",
    exit: 2,
    http: 400,
  },
} as const;
