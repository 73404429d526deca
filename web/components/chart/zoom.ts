/** How close a picture is looked at: pinch, Ctrl and wheel, + − 0 on the keyboard. The wheel alone scrolls the page. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

export interface Zoom {
  /** 0 is the widest view. */
  level: number;
  last: number;
  initial: number;
  /** The present view in words: "6 bits wide". */
  text: string;
  moved(level: number): void;
}

const limited = ({ last }: Zoom, level: number): number => Math.min(last, Math.max(0, level));

/** The part of a picture over which wheel and keys zoom. */
export function zoomable(zoom: Zoom, content: SVGTemplateResult): SVGTemplateResult {
  const go = (event: Event, level: number) => {
    event.preventDefault();
    if (limited(zoom, level) !== zoom.level) zoom.moved(limited(zoom, level));
  };
  const wheel = (event: WheelEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.deltaY !== 0)
      go(event, zoom.level - Math.sign(event.deltaY));
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') go(event, zoom.level + 1);
    else if (event.key === '-' || event.key === '_') go(event, zoom.level - 1);
    else if (event.key === '0') go(event, zoom.initial);
  };
  return svg`<g @wheel=${wheel} @keydown=${press}>${content}</g>`;
}

/** The same with buttons. */
export function zoomButtons(zoom: Zoom): TemplateResult {
  const button = (sign: string, name: string, level: number, disabled: boolean) =>
    html`<button
      type="button"
      aria-label=${name}
      title=${name}
      ?disabled=${disabled}
      @click=${() => zoom.moved(level)}
    >
      ${sign}
    </button>`;
  return html`<div class="workings" role="group" aria-label="Zoom">
    ${button('−', 'Zoom out', limited(zoom, zoom.level - 1), zoom.level <= 0)}
    ${button('+', 'Zoom in', limited(zoom, zoom.level + 1), zoom.level >= zoom.last)}
    ${button('Reset', 'Reset the zoom', zoom.initial, zoom.level === zoom.initial)}
    <output class="told">${zoom.text}</output>
  </div>`;
}
