import type { ReadonlySignal } from "@preact/signals";
import { useSignal, useSignalEffect } from "@preact/signals";

interface FigureProps<Data> {
  readonly label: string;
  readonly data: ReadonlySignal<Data | undefined>;
  /** the chart as SVG text: `draw` escapes what it writes, and adds a table for those who cannot see it */
  readonly draw: (data: Data) => Promise<string | undefined>;
}

/** A chart of an answer; the one before stays until the next is drawn. */
export function Figure<Data>({ label, data, draw }: FigureProps<Data>) {
  const svg = useSignal("");
  useSignalEffect(() => {
    const now = data.value;
    if (now === undefined) return undefined;
    let wanted = true;
    void draw(now).then((text) => {
      if (wanted) svg.value = text ?? "";
    });
    return () => {
      wanted = false;
    };
  });
  return (
    <div class="figure" role="group" aria-label={label} tabIndex={0}>
      <div dangerouslySetInnerHTML={{ __html: svg.value }} />
    </div>
  );
}
