/** The comparison: a line for each fineness of scales, its SNR as a bar, its price beside it. A line chooses itself. */
import { svg } from 'lit';
import { bottomOf, rightOf, type Box } from '../components/chart/box';
import { hold } from '../components/chart/hold';
import { bar } from '../components/chart/paths';
import { linear } from '../components/chart/scale';
import { textWidth } from '../components/chart/text';
import { fixed, signed } from '../components/format';
import type { Scene } from './experiment';
import { rotated, scalesOf, wordsOf, type Scales } from './outliers-data';
import { snrText } from './sweep';

const priceOf = ({ report }: Scales): string => fixed(report.quantizer.bits_per_weight, 2);
const slopeText = ({ slope }: Scales): string => signed(slope, 1);

export function rowsPanel(scene: Scene, outer: Box) {
  const { a, em, memory, moving } = scene;
  const all = scalesOf(a);
  const head = 1.9 * em;
  const height = Math.min((outer.height - head) / all.length, 3.6 * em);
  const names = Math.max(...all.map(({ name }) => textWidth(name, em, true))) + 0.8 * em;
  const numbers = [
    { title: 'SNR, dB', text: ({ report }: Scales) => snrText(report).replace(/ dB$/, '') },
    { title: 'bit', text: priceOf },
    ...(outer.width > 31 * em ? [{ title: 'dB/bit', text: slopeText }] : []),
  ].map((column) => ({
    ...column,
    width:
      Math.max(textWidth(column.title, em), ...all.map((each) => textWidth(column.text(each), em))) +
      0.7 * em,
  }));
  const taken = numbers.reduce((sum, { width }) => sum + width, 0);
  const track = Math.max(1, outer.width - names - taken - 0.8 * em);
  const known = all.map(({ report }) => report.noise.snr_db ?? 0);
  const [low, high] = hold(memory, moving, 'rows', [Math.min(0, ...known), Math.max(1, ...known)]);
  const x = linear([low, high], [outer.x + names, outer.x + names + track]);
  const rights = numbers.map(
    (_, i) => rightOf(outer) - 0.3 * em - numbers.slice(i + 1).reduce((sum, { width }) => sum + width, 0),
  );
  return svg`
    <g class="axis">
      ${numbers.map(({ title }, i) => svg`<text class="title" x=${rights[i]!.toFixed(1)} y=${(outer.y + 1.25 * em).toFixed(1)} text-anchor="end">${title}</text>`)}
    </g>
    ${all.map((each, i) => {
      const { report, present, name } = each;
      const y = outer.y + head + i * height;
      const baseline = (y + height / 2 + 0.36 * em).toFixed(1);
      const thick = Math.min(0.8 * em, 0.5 * height);
      const snr = report.noise.snr_db;
      return svg`
        ${present ? svg`<path class="window" d=${bar(outer.x, rightOf(outer), y + 1, height - 2)}></path>` : null}
        <path class="area quantized ${rotated(report) ? 'turned' : ''}" d=${
          snr === null
            ? ''
            : bar(x(Math.max(low, Math.min(0, snr))), x(Math.max(0, snr)), y + (height - thick) / 2, thick)
        }></path>
        <g class="labels">
          <text class="label ink ${present ? 'strong' : ''}" x=${(outer.x + 0.4 * em).toFixed(1)} y=${baseline}>${name}</text>
          ${numbers.map(({ text }, j) => svg`<text class="label ink" x=${rights[j]!.toFixed(1)} y=${baseline} text-anchor="end">${text(each)}</text>`)}
        </g>
        ${chooser(scene, each, { x: outer.x, y, width: outer.width, height: Math.min(height, bottomOf(outer) - y) })}`;
    })}`;
}

/** A line is a button: a click, Enter or Space puts its quantizer on the bench. */
function chooser(scene: Scene, each: Scales, { x, y, width, height }: Box) {
  const choose = () => !each.present && scene.change(wordsOf(each.report), true);
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
  const said = `${each.name}: SNR ${snrText(each.report)} at ${priceOf(each)} bits per weight`;
  return svg`<g class="slider" role="button" tabindex="0" aria-pressed=${each.present ? 'true' : 'false'} aria-label=${said}
    @click=${choose} @keydown=${press}><rect class="hit choose" x=${x} y=${y} width=${width} height=${height}></rect></g>`;
}
