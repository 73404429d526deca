// `import formula from './x.tex?mathml'`: TeX to a MathML string when the page is built, so that the page
// loads no script and no font for maths. `\slot{name}` marks where the page writes a number.
import { readFile } from 'node:fs/promises';
import katex from 'katex';

// A slot goes through KaTeX as a text that no formula holds otherwise.
const slotText = /(@slot:[\w-]+@)/;

/** MathML of a display formula, with `<mn data-slot="name"></mn>` at every `\slot{name}`. */
export function texToMathml(tex) {
  const marked = tex.replace(/\\slot\{([\w-]+)\}/g, '{\\text{@slot:$1@}}');
  const html = katex.renderToString(marked.trim(), {
    output: 'mathml',
    displayMode: true,
    throwOnError: true,
    strict: 'error',
  });
  const math = html.slice(html.indexOf('<math'), html.lastIndexOf('</math>') + '</math>'.length);
  return math
    .replace(/<annotation\b[\s\S]*?<\/annotation>/g, '')
    .replace(/<\/?semantics>/g, '')
    .replace(/<mtext>([^<]*)<\/mtext>/g, (whole, text) => (slotText.test(text) ? splitSlots(text) : whole));
}

// KaTeX joins neighbouring texts: take the slots out of a joined one.
function splitSlots(text) {
  return text
    .split(slotText)
    .filter((part) => part !== '')
    .map((part) => {
      if (slotText.test(part)) return `<mn data-slot="${part.slice('@slot:'.length, -1)}"></mn>`;
      return `<mtext>${part}</mtext>`;
    })
    .join('');
}

export function katexPlugin() {
  return {
    name: 'halfstep-katex',
    async load(id) {
      if (!id.endsWith('.tex?mathml')) return null;
      const file = id.slice(0, -'?mathml'.length);
      this.addWatchFile(file);
      return `export default ${JSON.stringify(texToMathml(await readFile(file, 'utf8')))};`;
    },
  };
}
