export { guessArguments, llamaServerCommand, type LaunchCommand, type WeightsPlace } from "./llama-server.ts";
export { lmStudioLoadout } from "./lm-studio.ts";
export { ollamaLoadout } from "./ollama.ts";
export { shellLine, shellWord } from "./shell.ts";
