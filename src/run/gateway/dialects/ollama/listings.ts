import { LoadoutError } from "../../../../facts/errors/index.ts";
import type { ListedModel } from "../../serving.ts";
import type { DialectListing } from "../dialect.ts";
import { Reader } from "../fields.ts";

/** What Ollama's clients ask before they talk: its version, its models, what is loaded, one model. */
export const LISTINGS: readonly DialectListing[] = [
  { method: "GET", path: "/api/version", answer: () => ({ version: SPOKEN }) },
  { method: "GET", path: "/api/tags", answer: (models) => ({ models: models.map(tag) }) },
  {
    method: "GET",
    path: "/api/ps",
    answer: (models) => ({
      models: models
        .filter(({ state }) => state === "loaded")
        .map((model) => ({ ...tag(model), size_vram: 0, context_length: model.contextTokens ?? 0 })),
    }),
  },
  { method: "POST", path: "/api/show", answer: (models, body) => show(models, new Reader(body)) },
];

/** The version whose words are spoken here; clients choose their dialect by it. */
const SPOKEN = "0.17.4";

function tag({ name }: ListedModel): Record<string, unknown> {
  return { name, model: name, modified_at: new Date(0).toISOString(), size: 0, digest: "", details: DETAILS };
}

const DETAILS = {
  parent_model: "",
  format: "gguf",
  family: "",
  families: [],
  parameter_size: "",
  quantization_level: "",
};

function show(models: readonly ListedModel[], fields: Reader): unknown {
  const name = (fields.text("model") ?? fields.needText("name")).replace(/:latest$/, "");
  const model = models.find((listed) => listed.name === name);
  if (model === undefined)
    throw new LoadoutError("model-not-served", { name, known: models.map((listed) => listed.name).join(", ") });
  const about = model.contextTokens === undefined ? {} : { "general.context_length": model.contextTokens };
  const capabilities = model.embeddings === true ? ["embedding"] : ["completion"];
  return { modelfile: "", parameters: "", template: "", details: DETAILS, model_info: about, capabilities };
}
