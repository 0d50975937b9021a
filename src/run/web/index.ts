export { builtPage } from "./built-page.ts";
export { pageFiles } from "./page-files.ts";
export { type Answerer, startWeb, type WebServer } from "./web-server.ts";
