/** Of the element that holds the page. */
export const CONTENT = 'content';

/** Keeps who uses the keyboard on the page where what was pressed goes away. */
export function focusContent() {
  document.getElementById(CONTENT)?.focus({ preventScroll: true });
}
