/** Tables of text: aligned for a person, CSV for a program. */

export type Cell = string | number | null;

/** Lines of columns as wide as their widest cell, aligned to the right but for those in `left`. */
export function aligned(rows: string[][], left: number[] = [0]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => width(row[i]))));
  const line = (row: string[]) =>
    row
      .map((cell, i) => {
        const fill = ' '.repeat(widths[i] - width(cell));
        return left.includes(i) ? cell + fill : fill + cell;
      })
      .join('  ')
      .trimEnd();
  return rows.map((row) => line(row) + '\n').join('');
}

const width = (text: string) => [...text].length;

/** RFC 4180, one record a line; a number without meaning is empty. */
export function csv(header: string[], rows: Cell[][]): string {
  const field = (cell: Cell) => {
    const text = cell === null ? '' : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(field).join(',') + '\n').join('');
}

/** A number to five significant digits, without needless zeros; a dash where it has no meaning. */
export function short(value: number | null, unit = ''): string {
  if (value === null) return '–';
  const size = Math.abs(value);
  const plain = value === 0 || (size >= 1e-3 && size < 1e7);
  const digits = plain ? String(Number(value.toPrecision(5))) : value.toExponential(4);
  return unit ? `${digits} ${unit}` : digits;
}

/** A whole number in full; as `short` where it has ten digits and more. */
export const full = (value: number): string => (value < 1e9 ? String(value) : short(value));

/** A number with fixed decimals, so that a column lines up. */
export function fixed(value: number | null, decimals: number): string {
  if (value === null) return '–';
  // From 10²¹ toFixed gives up, and far earlier a column is not one any more.
  return Math.abs(value) < 1e9 ? value.toFixed(decimals).replace(/^-(?=[0.]+$)/, '') : value.toExponential(3);
}

/** A name from a file, safe to print: control characters are spelled out. */
export function printable(name: string): string {
  return name.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
