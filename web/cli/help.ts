/** The help, out of the table of flags. */
import { commands, commonFlags, type Flag } from './args';
import { aligned } from './table';

export function help(): string {
  const rows = Object.values(commands).map(({ usage, about }) => [`  halfstep ${usage}`, about]);
  return (
    'halfstep: quantize weights, and measure what every bit buys.\n\n' +
    table(rows) +
    '\n‘halfstep COMMAND --help’ lists its flags. Exit status: 0, or 2 with one line of why.\n'
  );
}

/** `more` are flags known only at run time. */
export function commandHelp(name: string, more: Flag[]): string {
  const { usage, about, flags } = commands[name];
  const rows = [...flags, ...more, ...commonFlags].map(({ name: flag, value, about: what, short }) => [
    `  ${short ? `-${short}, ` : ''}--${flag}${value ? ` ${value}` : ''}`,
    what,
  ]);
  return `halfstep ${usage}\n${about}\n\n${table(rows)}`;
}

const table = (rows: string[][]) => aligned(rows, [0, 1]);
