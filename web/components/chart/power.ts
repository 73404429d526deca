import { superscript } from '../format';

/** 10 to a whole power as a factor in text: "×10⁻³"; nothing for the power 0. */
export const powerOfTen = (exponent: number): string => (exponent === 0 ? '' : `×10${superscript(exponent)}`);
