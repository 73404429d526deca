/** The focus stays near a control that was taken away: without it a keyboard would start from the top again. */

const controls = 'a[href], button, input, select, summary, [tabindex]';

/** What has the focus, and all that it stands in, from the inside out. */
let path: Element[] = [];

/** Has `keepFocus` know where the focus is. */
export function watchFocus(): void {
  addEventListener('focusin', (event) => {
    path = event.composedPath().filter((place): place is Element => place instanceof Element);
  });
  addEventListener('focusout', () => {
    // A person who left it left it; what was taken away is out of the page by the end of its update.
    setTimeout(() => {
      if (document.activeElement === document.body && path[0]?.isConnected) path = [];
    });
  });
}

/** After an update: where the focused control is gone, the last one of the place it stood in has the focus. */
export function keepFocus(): void {
  if (!path.length || path[0]!.isConnected || document.activeElement !== document.body) return;
  const stays = path.filter((place) => place.isConnected);
  path = [];
  for (const place of stays) {
    const near = [...place.querySelectorAll<HTMLElement>(controls)].filter(
      (control) => !control.matches(':disabled') && control.checkVisibility(),
    );
    const next = place.hasAttribute('tabindex') ? (place as HTMLElement) : near.at(-1);
    if (!next) continue;
    next.focus({ preventScroll: true });
    return;
  }
}
