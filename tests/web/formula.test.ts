import { expect, test } from 'vitest';
import { texToMathml } from '../../tools/vite-katex.mjs';

test('TeX becomes MathML alone: no TeX, no HTML for the eye', () => {
  expect(texToMathml(String.raw`\frac{\Delta}{2}`)).toMatch(
    /^<math xmlns="[^"]*" display="block"><mrow><mfrac><mi[^>]*>Δ<\/mi><mn>2<\/mn><\/mfrac><\/mrow><\/math>$/,
  );
});

test('a slot is an empty number, wherever it stands', () => {
  const mathml = texToMathml(String.raw`x_{\slot{k}} = \slot{snr}\text{ dB}\slot{a-b}\slot{c}`);
  for (const name of ['k', 'snr', 'a-b', 'c']) expect(mathml).toContain(`<mn data-slot="${name}"></mn>`);
  expect(mathml).toMatch(/<mtext>\sdB<\/mtext>/);
  expect(mathml).not.toContain('@');
});

test('TeX that is wrong stops the build', () => {
  expect(() => texToMathml(String.raw`\frac{1`)).toThrow();
});
