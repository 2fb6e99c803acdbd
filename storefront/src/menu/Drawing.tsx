import type { ReactNode } from 'react';

import type { Picture } from './menu';

/** A restaurant's picture, drawn in the palette's colours by its classes. */
export function Drawing({ of }: { readonly of: Picture }) {
  return (
    <svg className="drawing" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">
      {DRAWINGS[of]}
    </svg>
  );
}

const DRAWINGS: Record<Picture, ReactNode> = {
  pizza: (
    <>
      <path className="drawing-crust" d="M6 16Q24 4 42 16L24 44Z" />
      <path className="drawing-cheese" d="M9.5 18.5Q24 9.500 38.5 18.500L24 41Z" />
      <circle className="drawing-red" cx="19" cy="20" r="3" />
      <circle className="drawing-red" cx="29" cy="21" r="3" />
      <circle className="drawing-red" cx="24" cy="30" r="3" />
      <path className="drawing-leaf" d="M23 24q3-3 5 0q-3 2-5 0Z" />
    </>
  ),
  bowl: (
    <>
      <path className="drawing-line" d="M30 6L22 24M35 7L27 24" />
      <path className="drawing-cheese" d="M8 24q4-8 9-4q3-6 9-2q8-5 14 6Z" />
      <path className="drawing-red" d="M5 24h38q-1 17-19 17T5 24Z" />
      <path className="drawing-leaf" d="M15 20q3-4 6 0q-3 3-6 0Z" />
    </>
  ),
  burger: (
    <>
      <path className="drawing-crust" d="M7 21Q8 8 24 8T41 21Z" />
      <path className="drawing-leaf" d="M5 24q4-4 8 0t8 0t8 0t8 0t6-1v3H5Z" />
      <rect className="drawing-red" x="7" y="26" width="34" height="6" rx="3" />
      <path className="drawing-crust" d="M7 34h34q0 7-7 7H14q-7 0-7-7Z" />
      <path className="drawing-cheese" d="M10 31h28l-6 5Z" />
    </>
  ),
  sushi: (
    <>
      <ellipse className="drawing-plate" cx="24" cy="33" rx="19" ry="8" />
      <rect className="drawing-rice" x="9" y="18" width="30" height="15" rx="7" />
      <path className="drawing-red" d="M7 20q2-8 17-8t17 8q-17 6-34 0Z" />
      <rect className="drawing-nori" x="20" y="12" width="8" height="21" rx="1" />
    </>
  ),
  falafel: (
    <>
      <path className="drawing-crust" d="M5 23h38q-1 19-19 19T5 23Z" />
      <circle className="drawing-brown" cx="15" cy="20" r="6" />
      <circle className="drawing-brown" cx="26" cy="17" r="6" />
      <circle className="drawing-brown" cx="35" cy="21" r="5" />
      <path className="drawing-leaf" d="M6 25q4-5 9-1t9-1t9 1t9 0v4H6Z" />
    </>
  ),
};
