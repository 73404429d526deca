// Brings a machine to where Halfstep builds (and, for tests, runs its tests): tools, then npm packages.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atLeast, findEmscripten, missing, oldestEmscripten, which } from './needs.mjs';
import { keepLog, root, run, say, Stop } from './process.mjs';

export async function setup({ tests = false } = {}) {
  await setupTools(tests);
  const { version } = await findEmscripten();
  if (!atLeast(version, oldestEmscripten)) {
    throw new Stop(
      `Emscripten ${version} is too old: put ${oldestEmscripten} or newer on PATH, or name an emsdk in EMSDK.`,
    );
  }
  await setupPackages();
}

export default (args) => setup({ tests: args.includes('--tests') });

async function setupTools(tests) {
  let lacks = await missing({ tests });
  if (lacks.length === 0) return;
  const names = lacks.map((need) => need.name).join(', ');
  if (!which('apt-get')) {
    throw new Stop(`Please install these and run the same command again: ${names}.`);
  }
  await aptInstall(lacks.flatMap((need) => need.apt));
  lacks = await missing({ tests });
  if (lacks.length === 0) return;
  const others = lacks.filter((need) => !need.otherwise).map((need) => need.name);
  if (others.length === 0) {
    throw new Stop(lacks.map(({ name, otherwise }) => `No ${name} that starts: ${otherwise}.`).join(' '));
  }
  throw new Stop(`apt installed what it should, yet this is not found: ${others.join(', ')}.`);
}

/** Of each 'one | other' the first that apt can install; of none of them the first. */
async function choose(packages) {
  const choices = packages.map((names) => names.split(' | '));
  const { output } = await run('apt-cache', ['policy', ...choices.flat()]);
  const has = (name) => new RegExp(`^${name}:\\n.*\\n  Candidate: (?!\\(none\\))`, 'm').test(output);
  return choices.map((names) => names.find(has) ?? names[0]);
}

async function aptInstall(wanted) {
  let packages = await choose(wanted);
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const isRoot = process.getuid() === 0;
  if (!isRoot && (await run('sudo', ['-n', 'true'])).status !== 0) {
    throw new Stop(`Type this, then the same command again: sudo apt-get update && sudo ${install}`);
  }
  say(`Installing with apt${isRoot ? '' : ' through sudo'}, this may take minutes: ${packages.join(', ')}`);
  // A fresh machine may be updating itself: wait for its lock.
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  const apt = (...args) => {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...wait, ...args];
    const [program, ...rest] = isRoot ? command : ['sudo', '-n', ...command];
    return run(program, rest);
  };
  const update = await apt('update');
  // What can be had is known only now.
  packages = await choose(wanted);
  const done = await apt('install', '-y', '--no-install-recommends', ...packages);
  if (done.status !== 0) {
    throw new Stop(
      `apt could not install ${packages.join(', ')}: see ${keepLog('apt.log', update.output + done.output)}.`,
    );
  }
}

async function setupPackages() {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(root, 'node_modules/.halfstep-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing npm packages');
  const { status, output } = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (status !== 0) {
    const why =
      output.match(/^npm (?:error|ERR!) (?!code |A complete log)(\S.*)$/m)?.[1] ?? 'no reason given';
    throw new Stop(`npm could not install the packages: ${why} (all of it in ${keepLog('npm.log', output)})`);
  }
  writeFileSync(stamp, wanted);
}
