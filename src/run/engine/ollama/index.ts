export { ollamaLoaded, ollamaShow, ollamaTags, type OllamaLoaded, type OllamaModel } from "./api.ts";
export { ollamaEngine, type OllamaOptions } from "./ollama.ts";
