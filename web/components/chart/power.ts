const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 10 to a whole power as a factor in text: "×10⁻³"; nothing for the power 0. */
export function powerOfTen(exponent: number): string {
  if (exponent === 0) return '';
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPT[Number(digit)]).join('');
  return `×10${exponent < 0 ? '⁻' : ''}${digits}`;
}
