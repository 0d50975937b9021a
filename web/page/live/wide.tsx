import type { ComponentChildren } from "preact";

/** A table that scrolls by itself where the page is narrower: reached by keyboard, called by its name. */
export function Wide({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="table" role="region" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}
