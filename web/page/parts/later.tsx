import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";

interface LaterProps {
  readonly when: () => boolean;
  readonly load: () => Promise<ComponentType>;
}

/** A part of the page that is loaded when it is wanted. */
export function Later({ when, load }: LaterProps) {
  const part = useSignal<ComponentType | undefined>(undefined);
  useSignalEffect(() => {
    if (part.peek() !== undefined || !when()) return;
    void load().then((loaded) => {
      part.value = loaded;
    });
  });
  const Part = part.value;
  return Part === undefined ? null : <Part />;
}
