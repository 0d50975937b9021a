import { readFileSync } from "node:fs";
import { packageFile } from "../../run/home/package-files.ts";

const manifest: { version: string } = JSON.parse(readFileSync(packageFile("package.json"), "utf8"));

/** The package's version, from its own package.json. */
export const VERSION = manifest.version;
