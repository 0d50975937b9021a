export { type OllamaEngine, ollamaEngineFor, type OllamaQuestion, predictOllama } from "./predict.ts";
