/** The flags of a seeded source. */
import type { SourceInfo, SourceSpec } from '../core/report';
import { sourceFlags, type Flag, type Typed } from './args';
import { UsageError, listed, number, oneOf, whole } from './words';

/** A flag for every parameter of any source. */
export function parameterFlags(sources: SourceInfo[]): Flag[] {
  const names = new Set(sources.flatMap((source) => source.parameters.map((parameter) => parameter.name)));
  return [...names].map((name) => {
    const owners = sources.filter((source) => source.parameters.some((parameter) => parameter.name === name));
    const { label, initial } = owners[0].parameters.find((parameter) => parameter.name === name)!;
    return {
      name,
      value: 'X',
      about: `${label.charAt(0).toLowerCase()}${label.slice(1)} of ${owners.map((owner) => owner.name).join(', ')} (${initial})`,
    };
  });
}

/** The source a person means, or undefined for a FILE. */
export function sourceOf(sources: SourceInfo[], { file, flags }: Typed): SourceSpec | undefined {
  const ofSource = [...sourceFlags, ...parameterFlags(sources)].map((flag) => flag.name);
  if (file !== undefined) {
    const stray = ofSource.find((name) => flags.has(name));
    if (stray) throw new UsageError(`--${stray} belongs to a source; give a FILE or a source, not both.`);
    return undefined;
  }
  if (flags.has('tensor')) throw new UsageError('--tensor chooses from a FILE, and no FILE is given.');
  const names = sources.map((source) => source.name);
  const name = oneOf(flags.get('source') ?? 'normal', names, 'source');
  const own = sources[names.indexOf(name)].parameters.map((parameter) => parameter.name);
  const parameters: Record<string, number> = {};
  for (const flag of parameterFlags(sources).map((each) => each.name)) {
    const text = flags.get(flag);
    if (text === undefined) continue;
    if (!own.includes(flag)) {
      throw new UsageError(
        `The source ${name} has no --${flag}; ` +
          (own.length ? `it has --${listed(own)}.` : 'it has no parameters.'),
      );
    }
    parameters[flag] = number(text, flag);
  }
  const most = Number.MAX_SAFE_INTEGER;
  return {
    name,
    count: whole(flags.get('count') ?? '1000000', 'count', 1, most),
    seed: whole(flags.get('seed') ?? '1', 'seed', 0, most),
    scale: number(flags.get('scale') ?? '1', 'scale'),
    channels: whole(flags.get('channels') ?? '1', 'channels', 1, most),
    parameters,
  };
}
