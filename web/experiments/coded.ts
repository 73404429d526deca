/** What the entropy buys: the same tensor written with codes of one length, by Huffman and by rANS. */
import { html, nothing } from 'lit';
import { save } from '../components/chart/download';
import { bytes, count, fixed, percent, significant } from '../components/format';
import { CODERS, leastBytes, lengthOf, lengthsOf, nothingCoded, wholeBitsLose, widthOf } from './coded-data';
import { overText, picture } from './coded-picture';
import { isVector } from './codebook';
import formula from './coded.tex?mathml';
import type { Experiment, Fact, Scene } from './experiment';

/** What decoding showed. */
function checked({ a }: Scene): string {
  const lengths = lengthsOf(a);
  const wrong = lengths.filter(({ agree }) => !agree);
  if (lengths.length === 0) return '';
  return wrong.length
    ? `Decoding ${wrong.map(({ name }) => name).join(' and ')} did not give the codes again: a fault of this lab.`
    : `Checked: each was decoded, and gave every one of ${count(a.report.tensor.count)} codes and its Q(x) again.`;
}

function controls(scene: Scene) {
  const { task, quantizer, a } = scene;
  const told = checked(scene);
  if (!task || !told) return html``;
  const download = (coder: string) => () =>
    void task.run(async (lab) => {
      const file = await lab.encode(quantizer, coder);
      const name = a.report.tensor.name.replace(/[^\w.-]+/g, '-');
      save(`${name}-${quantizer.format}-${quantizer.bits}-${coder}.hsq`, new Blob([file.bytes as BlobPart]));
    });
  return html`<div class="workings" role="group" aria-label="The coded file">
    ${lengthsOf(a)
      .slice()
      .reverse()
      .map(
        ({ coder, name, bytes: length }, i) =>
          html`<button
            type="button"
            title=${`Download the tensor coded by ${name}`}
            ?disabled=${task.running}
            @click=${download(coder)}
          >
            ${i === 0 ? `Download .hsq, ${name}, ${bytes(length)}` : name}
          </button>`,
      )}
    <output class="told">${task.trouble || told || nothing}</output>
  </div>`;
}

function facts({ a, b }: Scene): Fact[] {
  const least = leastBytes(a);
  const leastB = b && leastBytes(b);
  const width = widthOf(a);
  return [
    ...lengthsOf(a).map(({ coder, name, bytes: all, bits_per_weight, table_bytes, over }): Fact => {
      const other = b && lengthOf(b, coder);
      return {
        label: name,
        measured: `${fixed(bits_per_weight, 3)} bit`,
        predicted:
          coder === 'fixed'
            ? width === null
              ? undefined
              : `${width} bit`
            : `${fixed(a.report.entropy.bits, 3)} bit`,
        b: b ? (other ? `${fixed(other.bits_per_weight, 3)} bit` : '–') : undefined,
        note: `${coder === 'fixed' && width === null ? 'whole bits for each coordinate, ' : ''}${bytes(all)}${table_bytes ? `, ${bytes(table_bytes)} of it the table` : ''}; ${overText(over)}`,
      };
    }),
    {
      label: 'N·H',
      measured: bytes(least),
      b: b ? bytes(leastB) : undefined,
      note: `${count(a.report.tensor.count)} weights at H = ${fixed(a.report.entropy.bits, 3)} bit${isVector(a) ? ', of coordinates each told by what those before it leave open' : ''}`,
    },
  ];
}

function why(scene: Scene): string[] {
  const { a } = scene;
  const [rigid, huffman, rans] = CODERS.map((coder) => lengthOf(a, coder));
  const H = a.report.entropy.bits;
  if (!rigid || !huffman || !rans || H === null) return [nothingCoded(a)];
  const sentences: string[] = [];
  const saved = 1 - rans.bytes / rigid.bytes;
  if (saved > 0.001)
    sentences.push(
      `Frequent codes are written short, rare ones long: rANS takes ${percent(saved)} off the file and loses nothing. The SNR is the same, the quantizer was not touched.`,
    );
  else
    sentences.push(
      'Here the codes are about equally frequent, or the table costs what it saves: an entropy coder buys nothing.',
    );
  if (wholeBitsLose(a))
    sentences.push(
      `H is ${fixed(H, 3)} bit, and Huffman can’t spend less than 1 whole bit on a weight: ${fixed(huffman.stream_bytes / rans.stream_bytes, 1)} times the codes of rANS, which shares bits between weights.`,
    );
  else if (huffman.over !== null && rans.over !== null)
    sentences.push(
      `Huffman rounds every code to whole bits: its codes are ${percent(Math.max(0, huffman.stream_bytes / rans.stream_bytes - 1))} longer than those of rANS.`,
    );
  if (rans.over !== null && rans.over > 0.01)
    sentences.push(
      `The table is ${percent(rans.table_bytes / rans.bytes)} of the file: the fewer the weights to a level, the dearer it is.`,
    );
  else {
    const seen = rans.table_bytes > 0.003 * rigid.bytes ? 'hatched' : 'too small to see here';
    sentences.push(`The table of how often each code occurs is ${seen}: the decoder needs it, so it counts.`);
  }
  return sentences;
}

export const coded: Experiment = {
  id: 'coded',
  title: 'Coding',
  question: 'What does the entropy buy?',
  wants: () => ({ lengths: { coders: CODERS } }),
  picture,
  controls,
  facts,
  formula,
  why,
  describe(scene) {
    const { a } = scene;
    const lengths = lengthsOf(a).map(
      ({ name, bytes: all, bits_per_weight, over }) =>
        `${name} ${bytes(all)}, ${fixed(bits_per_weight, 3)} bit a weight, ${overText(over)}`,
    );
    if (lengths.length === 0) return why(scene)[0]!;
    return `Lengths of the coded tensor: ${lengths.join('; ')}. N·H is ${bytes(leastBytes(a))}. ${checked(scene)}`;
  },
  slots({ a }): Record<string, string> {
    if (!lengthsOf(a).length) return {};
    const [rigid, , rans] = CODERS.map((coder) => lengthOf(a, coder));
    return {
      n: count(a.report.tensor.count),
      h: fixed(a.report.entropy.bits, 4),
      least: bytes(leastBytes(a)),
      stream: bytes(rans?.stream_bytes),
      table: bytes(rans?.table_bytes),
      rans: bytes(rans && rans.stream_bytes + rans.table_bytes),
      over: overText(rans?.over ?? null),
      width: String(widthOf(a) ?? significant(rigid && (8 * rigid.stream_bytes) / a.report.tensor.count, 3)),
      fixed: bytes(rigid?.stream_bytes),
    };
  },
  table({ a }) {
    return {
      caption: `Bytes of the coded tensor, ${count(a.report.tensor.count)} weights`,
      columns: [
        'coder',
        'bytes',
        'codes',
        'table',
        'shape and scales',
        'bits per weight',
        'over N·H, %',
        'decoded alike',
      ],
      rows: lengthsOf(a).map((length) => [
        length.name,
        length.bytes,
        length.stream_bytes,
        length.table_bytes,
        length.rest_bytes,
        length.bits_per_weight,
        length.over === null ? null : 100 * length.over,
        length.agree ? 'yes' : 'no',
      ]),
    };
  },
};
