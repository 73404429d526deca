/** A picture as a file that stands alone: SVG with its colours written in, PNG from it, and its numbers as CSV. */

const PAINT = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'opacity',
  'paint-order',
];
const TEXT = ['font-family', 'font-size', 'font-weight', 'font-variant-numeric'];

/** The picture as SVG text. Computed colours become attributes; parts that only take the pointer go. */
export function svgText(picture: SVGSVGElement, caption: string): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const originals = picture.querySelectorAll('*');
  copy.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(originals[i]!);
    const names =
      element instanceof SVGTextElement
        ? [...PAINT, ...TEXT]
        : element instanceof SVGPathElement
          ? PAINT
          : [];
    for (const name of names) element.setAttribute(name, style.getPropertyValue(name));
    for (const name of ['class', 'role', 'tabindex']) element.removeAttribute(name);
    for (const { name } of [...element.attributes])
      if (name.startsWith('aria-')) element.removeAttribute(name);
  });
  originals.forEach((element, i) => {
    if (element.classList.contains('hit')) copy.querySelectorAll('*')[i]?.setAttribute('data-hit', '');
  });
  copy.querySelectorAll('[data-hit]').forEach((element) => element.remove());
  for (const { name } of [...copy.attributes]) if (name !== 'viewBox') copy.removeAttribute(name);
  const { width, height } = picture.viewBox.baseVal;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  paper.setAttribute('width', String(width));
  paper.setAttribute('height', String(height));
  paper.setAttribute('fill', getComputedStyle(picture).backgroundColor);
  const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  title.textContent = caption;
  copy.prepend(title, paper);
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
  const comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  comments.forEach((comment) => comment.parentNode!.removeChild(comment));
  return new XMLSerializer().serializeToString(copy);
}

/** The same picture in pixels, `scale` of them a CSS pixel. */
export async function pngBlob(text: string, width: number, height: number, scale = 2): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be drawn.'))),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** RFC 4180: a cell with a comma, a quote or a line break is quoted. A number without meaning is an empty cell. */
export function csvText(columns: string[], rows: (string | number | null)[][]): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

export function save(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
