/** Light or dark: the system's, unless a person chose; the choice is kept where the browser lets it be. */
const key = 'halfstep:theme';

const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
let chosen: string | null = null;

export function startTheme(): void {
  try {
    chosen = localStorage.getItem(key);
  } catch {
    // A sandboxed frame has no storage: the system's theme it is.
  }
  const follow = () => (root.dataset.theme = chosen ?? (system.matches ? 'dark' : 'light'));
  system.addEventListener('change', follow);
  follow();
}

export function turnTheme(): void {
  chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
  root.dataset.theme = chosen;
  try {
    localStorage.setItem(key, chosen);
  } catch {
    // It holds for this visit.
  }
}
