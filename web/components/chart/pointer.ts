/** A part of a picture that is pointed at, dragged, and moved with the keyboard: a slider to assistive tools. */
import { svg, type SVGTemplateResult } from 'lit';
import type { Box } from './box';

/** What the hand does: pointing without pressing, dragging, letting go, going away. */
export type Gesture = 'hover' | 'drag' | 'drop' | 'leave';

export interface Handle {
  box: Box;
  /** The picture's x in pixels to the value. */
  invert(x: number): number;
  /** `y` is where the pointer is, in the picture's pixels, NaN where its gesture was taken away; a key has none. */
  moved(value: number, gesture: Gesture, y?: number): void;
}

export interface Slider extends Handle {
  label: string;
  low: number;
  high: number;
  value: number;
  /** One press of an arrow key; Page keys move ten. */
  step: number;
  /** The value in words, with its unit. */
  text: string;
}

const inPicture = (event: PointerEvent): [x: number, y: number] => {
  const picture = (event.currentTarget as SVGElement).ownerSVGElement!;
  const { left, top, width } = picture.getBoundingClientRect();
  const scale = picture.viewBox.baseVal.width / width;
  return [(event.clientX - left) * scale, (event.clientY - top) * scale];
};

const listeners = (handle: Handle) => {
  const held = (event: PointerEvent) =>
    (event.currentTarget as SVGElement).hasPointerCapture(event.pointerId);
  const tell = (event: PointerEvent, gesture: Gesture) => {
    const [x, y] = inPicture(event);
    handle.moved(handle.invert(x), gesture, y);
  };
  return {
    down(event: PointerEvent) {
      if (event.button !== 0) return;
      (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
      tell(event, 'drag');
    },
    move(event: PointerEvent) {
      tell(event, held(event) ? 'drag' : 'hover');
    },
    up(event: PointerEvent) {
      if (held(event)) tell(event, 'drop');
    },
    // The page scrolls with this finger: the gesture ends, and over nothing.
    cancel(event: PointerEvent) {
      if (held(event)) handle.moved(handle.invert(inPicture(event)[0]), 'drop', NaN);
    },
    leave(event: PointerEvent) {
      if (!held(event)) tell(event, 'leave');
    },
  };
};

const area = (handle: Handle): SVGTemplateResult => {
  const { x, y, width, height } = handle.box;
  const on = listeners(handle);
  return svg`<rect class="hit" x=${x} y=${y} width=${width} height=${height}
    @pointerdown=${on.down} @pointermove=${on.move} @pointerup=${on.up} @pointercancel=${on.cancel} @pointerleave=${on.leave}></rect>`;
};

/** For the pointer alone, where the keyboard has another way to the same value. */
export const pointerArea = (handle: Handle): SVGTemplateResult => area(handle);

export function slider(handle: Slider): SVGTemplateResult {
  const { low, high, value, step } = handle;
  const keys: Record<string, number> = {
    ArrowRight: value + step,
    ArrowUp: value + step,
    ArrowLeft: value - step,
    ArrowDown: value - step,
    PageUp: value + 10 * step,
    PageDown: value - 10 * step,
    Home: low,
    End: high,
  };
  const press = (event: KeyboardEvent) => {
    const target = keys[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    handle.moved(Math.min(high, Math.max(low, target)), 'drop');
  };
  return svg`<g class="slider" role="slider" tabindex="0" aria-label=${handle.label} aria-valuemin=${low} aria-valuemax=${high}
    aria-valuenow=${value} aria-valuetext=${handle.text} @keydown=${press}>${area(handle)}</g>`;
}
