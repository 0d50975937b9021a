export { guessArguments, llamaServerCommand, type LaunchCommand, type WeightsPlace } from "./llama-server.ts";
export { shellLine, shellWord } from "./shell.ts";
