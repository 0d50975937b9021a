import { render } from "preact";
import { createEngine } from "./engine/index.ts";

const page = document.querySelector("#page")!;

/** Whether `loadout web` serves this page: then there are runs and receipts of this machine. */
async function served(): Promise<boolean> {
  return fetch("api/rig").then(
    ({ ok }) => ok,
    () => false,
  );
}

const engine = createEngine();
const answer = await engine.ask("numbers", { model: "qwen3-8b", vram: "24GB" });
const verdict = `${answer.model.name} on 24 GB: ${answer.verdict.now.verdict}`;
const Live = (await served()) ? (await import("./live/index.tsx")).Live : undefined;
render(
  <>
    <h1>Loadout</h1>
    <p>{verdict}</p>
    {Live ? <Live /> : undefined}
  </>,
  page,
);
