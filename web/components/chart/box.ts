/** Rectangles in the picture's pixels, and how a picture is cut into panels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const rightOf = (box: Box): number => box.x + box.width;
export const bottomOf = (box: Box): number => box.y + box.height;

/** The box less its margins. */
export function inset(
  box: Box,
  margin: { top?: number; right?: number; bottom?: number; left?: number },
): Box {
  const { top = 0, right = 0, bottom = 0, left = 0 } = margin;
  return {
    x: box.x + left,
    y: box.y + top,
    width: Math.max(1, box.width - left - right),
    height: Math.max(1, box.height - top - bottom),
  };
}

/** Cuts a box into rows whose heights stand to each other as `parts`. */
export function rows(box: Box, gap: number, ...parts: number[]): Box[] {
  const unit = (box.height - gap * (parts.length - 1)) / parts.reduce((sum, part) => sum + part, 0);
  let y = box.y;
  return parts.map((part) => {
    const row = { x: box.x, y, width: box.width, height: Math.max(1, part * unit) };
    y += row.height + gap;
    return row;
  });
}

/** Cuts a box into columns whose widths stand to each other as `parts`. */
export function columns(box: Box, gap: number, ...parts: number[]): Box[] {
  const turned = rows({ x: box.y, y: box.x, width: box.height, height: box.width }, gap, ...parts);
  return turned.map((row) => ({ x: row.y, y: row.x, width: row.height, height: row.width }));
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < rightOf(b) && b.x < rightOf(a) && a.y < bottomOf(b) && b.y < bottomOf(a);
}
