// npm run bench: kernels, passes and Reports in Node and in Chromium beside plain JavaScript, and the sizes.
// Answers tables, or with --json one object. Fails when numbers disagree or something did not run, never on time.
import { build } from '../../tools/build.mjs';
import { buildCore } from '../../tools/core.mjs';
import { setup } from '../../tools/setup.mjs';
import { budgets } from './budgets.mjs';
import { printBudgets, printPlace } from './print.mjs';

const settings = { count: 1 << 24, small: 1 << 20, bits: 8, rounds: 7 };

async function bench() {
  await setup({ tests: true });
  await build();
  await buildCore('wasm', 'halfstep_bench');
  // Loaded only now: npm packages may have been installed a moment ago.
  const { inChromium, inNode } = await import('./places.mjs');
  const { sizes } = await import('./sizes.mjs');
  console.error('Measuring, some minutes: a machine that does nothing else gives steadier numbers');
  const places = [await inNode(settings), await inChromium(settings)];
  const measured = { settings, places, sizes: sizes() };
  return { ...measured, budgets: budgets(measured) };
}

const json = process.argv.includes('--json');
const print = console.log;
// What setting up says must not stand among the JSON.
if (json) console.log = console.error;
try {
  const result = await bench();
  if (json) {
    print(JSON.stringify(result, null, 2));
  } else {
    result.places.forEach((place) => printPlace(place, settings));
    printBudgets(result.budgets);
  }
  const disagreements = result.places.flatMap(({ place, disagreements }) =>
    disagreements.map((one) => `${place}: ${one}`),
  );
  disagreements.forEach((one) => console.error(`Numbers disagree: ${one}`));
  if (disagreements.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
