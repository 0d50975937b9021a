import { createEngine } from "./engine/index.ts";

const engine = createEngine();
const answer = await engine.ask("numbers", { model: "qwen3-8b", vram: "24GB" });
document.querySelector("#page")!.textContent = answer.verdict.now.verdict;
