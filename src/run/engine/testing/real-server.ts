import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerSpec } from "../server.ts";
import { writeRandomAdapter } from "./random-adapter.ts";
import { REAL_MODEL } from "./real-models.ts";

/** The small model's own template knows no tools, and a server then leaves them out without a word. */
const TOOL_TEMPLATE = `{%- if tools %}<|im_start|>system
You may call these tools:{% for tool in tools %}
{{ tool | tojson }}{% endfor %}<|im_end|>
{% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
{% if message.content %}{{ message.content }}{% endif %}{% for call in message.tool_calls %}<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/** Specs of a real model for the suite of served engines, with what belongs to them in a folder of the test's own. */
export function realSpecs(model: string, folder: string) {
  const spec: ServerSpec = {
    name: "small",
    modelPath: model,
    backend: "cpu",
    threads: 1,
    settings: {
      context: 1024,
      sequences: 2,
      unifiedCache: false,
      batch: 512,
      microBatch: 512,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
      promptCacheMib: 0,
    },
  };
  const bad = join(folder, "notes.txt");
  writeFileSync(bad, "These are notes, and no model at all.\n".repeat(100));
  const adapters = [1, 2].map((seed) => {
    const path = join(folder, `adapter, no. ${seed}.gguf`);
    writeRandomAdapter(path, REAL_MODEL, seed);
    return { name: `adapter ${seed}`, path, scale: 0 };
  });
  return {
    spec,
    badSpec: { ...spec, modelPath: bad },
    toolSpec: { ...spec, extraArguments: ["--chat-template", TOOL_TEMPLATE] },
    embedSpec: { ...spec, use: "embed" },
    rerankSpec: { ...spec, use: "rerank" },
    adapterSpec: { ...spec, adapters },
  } satisfies Record<string, ServerSpec>;
}
