import { dash } from '../components/format';

/** A written number followed by its unit; a dash has none. */
export const withUnit = (text: string, unit: string): string => (text === dash ? dash : `${text} ${unit}`);
