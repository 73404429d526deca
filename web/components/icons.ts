import { svg, type SVGTemplateResult } from 'lit';

/** A line drawing of 20 × 20 units in the text's colour, hidden from screen readers. */
const icon = (path: string): SVGTemplateResult => svg`
  <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="none"
    stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d=${path} /></svg>`;

export const icons = {
  undo: icon('M7.5 4 4 7.5 7.5 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8'),
  redo: icon('M12.5 4 16 7.5 12.5 11M16 7.5H8.5a4.5 4.5 0 0 0 0 9H12'),
  reset: icon('M4 10a6 6 0 1 0 2-4.5M4.2 3v3.2h3.2'),
  share: icon('M10 12.5v-9M6.8 6.5 10 3.3l3.2 3.2M5 9.5v7h10v-7'),
  theme: icon('M10 3.5a6.5 6.5 0 1 0 0 13zM10 3.5a6.5 6.5 0 0 1 0 13'),
  down: icon('m5.5 8 4.5 4.5L14.5 8'),
  swap: icon('M4 7h11.5M12.5 4l3 3-3 3M16 13H4.5M7.5 10l-3 3 3 3'),
  first: icon('M5 4.5v11M15 5l-7 5 7 5z'),
  back: icon('M13.5 5l-7 5 7 5z'),
  play: icon('M6 4.5v11l9-5.5z'),
  pause: icon('M7 4.5v11M13 4.5v11'),
  on: icon('M6.5 5l7 5-7 5z'),
  close: icon('m5.5 5.5 9 9m0-9-9 9'),
  file: icon('M5 3h6.5L15 6.5V17H5zM11.5 3v3.5H15'),
};
