import { readFileSync } from "node:fs";

const manifest: { version: string } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

/** The package's version, from its own package.json (three folders up from here, in src and in dist alike). */
export const VERSION = manifest.version;
