// A static file server for one folder on loopback: npm start, and the tests, which also make it a bad host.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Serves `folder` under the path `prefix` ('/lab/'), with `headers` on every answer and `mime` overriding
 * types by extension (null sends none). Resolves to { url, port, close } once it listens; rejects with code EADDRINUSE.
 */
export async function serve(folder, { port = 0, prefix = '/', headers = {}, mime = {} } = {}) {
  const home = await realpath(folder);
  const server = createServer(async (request, response) => {
    const refuse = (status, text) =>
      response.writeHead(status, { 'Content-Type': types['.txt'], ...headers }).end(text);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET is served.');
    const file = await locate(home, prefix, request.url);
    if (!file) return refuse(404, 'Not found.');
    const type = { ...types, ...mime }[path.extname(file.path)];
    response.writeHead(200, {
      ...(type === null ? {} : { 'Content-Type': type ?? 'application/octet-stream' }),
      'Content-Length': file.size,
      'Cache-Control': 'no-cache',
      ...headers,
    });
    if (request.method === 'HEAD') return response.end();
    createReadStream(file.path)
      .on('error', () => response.destroy())
      .pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: server.address().port,
    url: `http://127.0.0.1:${server.address().port}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

// The regular file an address names, inside `home` also after links; undefined for anything else.
async function locate(home, prefix, address) {
  try {
    const { pathname } = new URL(address, 'http://localhost');
    const wanted = decodeURIComponent(pathname);
    if (!wanted.startsWith(prefix) || wanted.includes('\0')) return undefined;
    const relative = wanted.slice(prefix.length);
    const file = await realpath(
      path.join(home, relative.endsWith('/') || !relative ? `${relative}index.html` : relative),
    );
    if (!file.startsWith(home + path.sep)) return undefined;
    const info = await stat(file);
    return info.isFile() ? { path: file, size: info.size } : undefined;
  } catch {
    return undefined;
  }
}
