import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Problem } from "../state/answers.ts";
import { openModel } from "./model-field.tsx";

/** The whole page takes a file that is dropped on it. */
export function DropTarget({ children }: { readonly children: ComponentChildren }) {
  const over = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  return (
    <div
      class={over.value ? "drop-here" : ""}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        if (event.relatedTarget === null) over.value = false;
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = false;
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) void openModel(files).then((said) => (problem.value = said));
      }}
    >
      {problem.value === undefined ? null : (
        <p class="problem dropped" role="alert" data-code={problem.value.code}>
          {problem.value.message} {problem.value.hint}
        </p>
      )}
      {children}
    </div>
  );
}
