/** Light or dark: the system's, unless a person chose; the choice is kept where the browser lets it be. */
const key = 'halfstep:theme';

const root = document.documentElement;

export function startTheme(): void {
  try {
    const kept = localStorage.getItem(key);
    if (kept === 'light' || kept === 'dark') root.dataset.theme = kept;
  } catch {
    // A sandboxed frame has no storage: the system's theme it is.
  }
}

export function nextTheme(): void {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = dark ? 'light' : 'dark';
  root.dataset.theme = theme;
  try {
    localStorage.setItem(key, theme);
  } catch {
    // It holds for this visit.
  }
}
