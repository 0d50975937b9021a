export { ollamaEngine, type OllamaOptions } from "./ollama.ts";
