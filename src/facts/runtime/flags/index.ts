export { checkArguments, flagsOf, type FlagProblem } from "./check.ts";
export { type Flag, type FlagTable, type FlagValue } from "./flag.ts";
export { flagsOfHelp } from "./help.ts";
export { LLAMA_SERVER_FLAGS } from "./llama-server.ts";
export { readServerArguments, type ServerArguments, type ToldGuesses, type ToldPlaces } from "./server-arguments.ts";
export { shellWords } from "./words.ts";
