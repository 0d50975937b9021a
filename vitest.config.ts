import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tools/**/*.test.ts", "web/**/*.test.ts"],
    setupFiles: ["tools/vitest-setup.ts"],
    testTimeout: 30_000,
  },
});
