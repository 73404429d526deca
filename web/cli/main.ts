/** Runs the command: its answer on stdout, or one line on stderr and exit status 2. */
import { LabError } from '../core/lab';
import { isSystemError, reason } from './files';
import { run } from './commands';
import { printable } from './table';
import { UsageError } from './words';
import { version } from '../../package.json';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that had enough (‘| head’) is no failure.
  if (error.code === 'EPIPE') process.exit();
  fail(`The output can't be written: ${reason(error)}.`);
  process.exit();
});

try {
  process.stdout.write(await run(process.argv.slice(2), version));
} catch (error) {
  if (error instanceof UsageError || error instanceof LabError) fail(error.message);
  else if (isSystemError(error)) fail(`The system refused: ${reason(error)}.`);
  else fail(`The core failed, which is a bug of halfstep: ${(error as Error).message}`);
}

function fail(sentence: string): void {
  process.stderr.write(`halfstep: ${printable(sentence)}\n`);
  process.exitCode = 2;
}
