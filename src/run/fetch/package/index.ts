export { fetchPackage, packageBytes, type PackageFetch } from "./fetch-package.ts";
