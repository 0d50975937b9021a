/** A chart as `draw` writes it: its text is escaped there, and it brings a table for those who cannot see it. */
export function Figure({ svg, label }: { readonly svg: string | undefined; readonly label: string }) {
  return (
    <div class="figure" role="region" aria-label={label} tabIndex={0} data-testid="figure">
      <div dangerouslySetInnerHTML={{ __html: svg ?? "" }} />
    </div>
  );
}
