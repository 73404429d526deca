// npm start: set up, build what changed, serve the lab on loopback.
import path from 'node:path';
import { build } from './build.mjs';
import { root, say, Stop } from './process.mjs';
import { serve } from './serve.mjs';
import { setup } from './setup.mjs';

const usualPort = 4321;

export default async function start() {
  const wanted = portWanted();
  await setup();
  await build();
  const server = await serveFrom(wanted);
  if (!(await fetch(server.url)).ok) throw new Stop('The lab was built but does not answer.');
  say(`Halfstep is at ${server.url} (Ctrl-C stops it)`);
  const quit = () => void server.close().then(() => process.exit(0));
  process.on('SIGINT', quit);
  process.on('SIGTERM', quit);
}

function portWanted() {
  const text = process.env.PORT || `${usualPort}`;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new Stop(`PORT must be a number from 0 to 65535, not "${text}".`);
  return port;
}

async function serveFrom(wanted) {
  for (let port = wanted; port <= 65535; port++) {
    try {
      const server = await serve(path.join(root, 'dist'), { port });
      if (wanted !== 0 && port !== wanted) say(`Port ${wanted} is in use; took ${port}.`);
      return server;
    } catch (error) {
      if (error.code === 'EACCES') throw new Stop(`Port ${port} needs rights this user does not have.`);
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Stop(`No free port from ${wanted} on.`);
}
