/** What a way of rounding is, by its name (src/request.h). */

/** It draws for every weight, so Q is not a function of x alone. */
export const isRandom = (rounding: string): boolean => /^(stochastic|dither|subtractive)/.test(rounding);
/** Its dither is taken off again, so Q is not a function of the code alone. */
export const isSubtractive = (rounding: string): boolean => rounding.startsWith('subtractive');
/** Mean and variance of its error are the same for every x, so they hold for any signal. */
export const anySignal = (rounding: string): boolean =>
  rounding === 'dither-triangular' || isSubtractive(rounding);
