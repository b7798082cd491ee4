/**
 * For a dialog's `afterOpenChange`: its first field gets the focus. Without motion a dialog's content is there before it is seen, and an
 * `autoFocus` comes too early.
 */
export function focusFirst(open: boolean): void {
  if (!open) return;
  const fields = document.querySelectorAll<HTMLElement>('[role="dialog"] :is(input, textarea):not(:disabled)');
  [...fields].find((field) => field.offsetParent !== null)?.focus();
}
