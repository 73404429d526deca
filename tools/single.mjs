// dist/halfstep.html: the whole lab in one file, allowed by its policy to run exactly what is inside.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { root } from './process.mjs';
import { bundlePage, bundleWorker } from './vite-config.mjs';

export async function buildSingle() {
  const wasm = await readFile(path.join(root, 'build/wasm/halfstep.wasm'));
  const output = await bundlePage({
    worker: await bundleWorker(),
    wasm: deflateSync(wasm, { level: 9 }).toString('base64'),
  });
  const text = (ending) =>
    output
      .filter((part) => part.fileName.endsWith(ending))
      .map((part) => String(part.code ?? part.source).trim())
      .join('\n');
  await writeFile(path.join(root, 'dist/halfstep.html'), assemble(text('.html'), text('.js'), text('.css')));
}

function assemble(html, script, style) {
  const code = safeInScript(script);
  const policy = [
    "default-src 'none'",
    `script-src '${hash(code)}' 'wasm-unsafe-eval'`,
    `style-src '${hash(style)}'`,
    'img-src data: blob:',
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html
    .replace(/\s*<script\b[^>]*\bsrc=[^>]*><\/script>/g, '')
    .replace(/\s*<link\b[^>]*\brel="(stylesheet|modulepreload)"[^>]*>/g, '')
    .replace('<head>', () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace(
      '</head>',
      () => `  <style>${style}</style>\n    <script type="module">${code}</script>\n  </head>`,
    );
}

// What would end or change the reading of a script element; inside strings the backslash says nothing.
function safeInScript(code) {
  return code.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '\\x3c!--');
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
