/** The `halfstep` command that measures what the page shows. */
import { initialParameters, type State, type Words } from '../state';

const quote = (word: string) => (/^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

export function measureCommand(state: State, words: Words): string {
  const { source, file, quantizer } = state;
  const flags: [string, string | number][] = file
    ? [['tensor', file.tensor]]
    : [
        ['source', source.name],
        ...Object.entries({ ...initialParameters(words, source.name), ...source.parameters }),
        ['count', source.count],
        ['seed', source.seed],
        ['scale', source.scale],
        ['channels', source.channels],
      ];
  flags.push(
    ['format', quantizer.format],
    ['bits', quantizer.bits],
    ['range', quantizer.range],
    ['granularity', quantizer.granularity],
    ['rounding', quantizer.rounding],
    ['rounding-seed', quantizer.seed],
  );
  const start = ['npx halfstep measure', ...(file ? [quote(file.name)] : [])];
  return [...start, ...flags.map(([name, value]) => `--${name} ${quote(String(value))}`)].join(' ');
}
