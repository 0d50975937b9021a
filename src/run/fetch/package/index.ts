export { fetchPackage, packageBytes } from "./fetch-package.ts";
export { fetchWheel } from "./fetch-wheel.ts";
export { runCommand, type RunCommand } from "./pip.ts";
