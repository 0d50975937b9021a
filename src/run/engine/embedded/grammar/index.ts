export { JsonGrammar } from "./json-grammar.ts";
export { literal } from "./rules.ts";
