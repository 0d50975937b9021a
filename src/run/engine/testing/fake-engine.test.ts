import { engineSuite } from "./engine.suite.ts";
import { fakeEngine, killFake } from "./fake-engine.ts";

// the fake stands in for real engines in other tests, so it has to behave like one
engineSuite({
  name: "fake",
  makeEngine: () => fakeEngine({ loads: (path) => path === "model.gguf" }),
  spec: async () => ({
    modelPath: "model.gguf",
    backend: "cpu",
    threads: 1,
    settings: {
      context: 1024,
      sequences: 1,
      unifiedCache: false,
      batch: 512,
      microBatch: 512,
      flashAttention: true,
      cacheTypeK: "f16",
      cacheTypeV: "f16",
      gpuLayers: 0,
    },
  }),
  badModel: async () => "notes.txt",
  kill: killFake,
});
