export { JsonGrammar, literal } from "./json-grammar.ts";
