export { tensorList } from "./list.ts";
