import { useSignal, useSignalEffect } from "@preact/signals";
import { modelCatalog } from "../../../src/facts/model/index.ts";
import { valueOf } from "../state/flags.ts";
import { flags } from "../state/store.ts";
import { Words } from "./words.tsx";

/** What a request brings besides text, where the model takes it. */
export function MediaFields() {
  const takes = useSignal("");
  useSignalEffect(() => {
    const model = valueOf(flags.value, "model") ?? "";
    void modalityOf(model).then((modality) => {
      if (model === (valueOf(flags.peek(), "model") ?? "")) takes.value = modality;
    });
  });
  const asked = (name: "images" | "image-size" | "audio") => valueOf(flags.value, name) !== undefined;
  return (
    <>
      {takes.value.includes("image") || asked("images") || asked("image-size") ? (
        <div class="pair">
          <Words name="images" label="Images a request" placeholder="none" />
          <Words name="image-size" label="Their pixels" placeholder="1024x1024" />
        </div>
      ) : null}
      {takes.value.includes("audio") || asked("audio") ? (
        <Words name="audio" label="Sound a request" placeholder="none; 30s" />
      ) : null}
    </>
  );
}

async function modalityOf(typed: string): Promise<string> {
  const { findModel } = await modelCatalog();
  const match = findModel(typed);
  return match.kind === "found" ? (match.row.modality ?? "") : "";
}
