const ROWS = [0, 1, 2];

/** Holds the place of what is being read, so that nothing jumps when it comes. */
export function Skeletons({ label }: { readonly label: string }) {
  return (
    <div className="skeletons" role="status" aria-label={label}>
      {ROWS.map((row) => (
        <span key={row} className="skeleton skeleton-row" />
      ))}
    </div>
  );
}
