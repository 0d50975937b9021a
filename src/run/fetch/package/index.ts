export { fetchPackage, packageBytes } from "./fetch-package.ts";
