export { parseConfig, readConfig, type Config } from "./config.ts";
export { codeOf, messageOf } from "./failure.ts";
export { foldersOf, makeFolder, userCacheDir, type Folders } from "./folders.ts";
export { thisHome, type HomeContext } from "./machine.ts";
export { codeFile, packageFile } from "./package-files.ts";
export { isFields, type Fields } from "./fields.ts";
