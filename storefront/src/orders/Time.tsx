const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** @param of as the API has it, such as 2026-11-24T12:00:00.000Z; shown in the reader's own time. */
export function Time({ of }: { readonly of: string }) {
  return <time dateTime={of}>{format.format(new Date(of))}</time>;
}
