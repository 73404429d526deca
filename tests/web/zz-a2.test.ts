import { test } from 'vitest';
import { makeEngine, quantizer, source } from './bench';
test('x', async () => { const e = await makeEngine(); await e.generate(source({name:'laplace',count:20000})); const a = await e.analyze(quantizer({format:'a2',bits:4})); console.log(JSON.stringify(a.report)); });
