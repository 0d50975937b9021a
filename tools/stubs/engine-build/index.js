// An engine build that is not installed: the engine's loader asks for a folder of binaries and gets none.
export function getBinsDir() {
  return { binsDir: new URL("./bins/", import.meta.url).pathname, packageVersion: "3.21.1" };
}
