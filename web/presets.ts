/** Places to start from: each shows one thing. The query is a state's spelling (state.ts). */
export interface Preset {
  title: string;
  sentence: string;
  query: string;
}

export const presets: Preset[] = [
  {
    title: 'Six decibels a bit',
    sentence: 'Uniform weights, 8 bits: every bit halves the step, and the noise falls by 6.02 dB.',
    query: '?x=six-decibels&src=uniform&b=8',
  },
  {
    title: 'Half a step, and no more',
    sentence: 'Round to nearest leaves an error of at most Δ/2 on every weight inside the range.',
    query: '?b=3',
  },
  {
    title: 'Too few levels',
    sentence: 'At 2 bits the noise is the signal’s own shape, and Δ²/12 no longer tells it.',
    query: '?x=noise&b=2',
  },
  {
    title: 'One outlier owns the range',
    sentence:
      'Heavy tails stretch absmax until most weights share the level zero; hold B shows what clipping buys.',
    query: '?src=student&df=3&hold=int,4,mse,tensor,nearest',
  },
  {
    title: 'Clipping buys decibels',
    sentence: 'Overloading a few Laplace weights on purpose makes the step finer for all the others.',
    query: '?x=six-decibels&src=laplace&range=mse&hold=int,4,absmax,tensor,nearest',
  },
  {
    title: 'Where clipping pays',
    sentence: 'Every range has its noise: drag r along the curve, from an outlier’s reach down to the least.',
    query: '?x=clip&src=student&df=3',
  },
  {
    title: 'Levels where the weights are',
    sentence:
      'Watch Lloyd’s iteration carry even levels to where Laplace weights are dense: play, pause, step.',
    query: '?x=best-levels&src=laplace&b=3',
  },
  {
    title: 'Group scales tame outliers',
    sentence:
      'A layer with hot channels: one scale for every 32 weights costs 1 bit each and wins many decibels.',
    query: '?x=noise&src=layer&n=1048576&channels=512&per=group:32&hold=int,4,absmax,tensor,nearest',
  },
  {
    title: 'Entropy is h − log₂ Δ',
    sentence: 'Normal weights at 8 bits: fewer bits are needed than are stored, and the law says how many.',
    query: '?x=entropy&b=8',
  },
  {
    title: 'Repeated weights break the law',
    sentence: 'When one value is all there is, the entropy is 0 and h − log₂ Δ has no meaning.',
    query: '?x=entropy&src=constant&b=8',
  },
  {
    title: 'Stochastic rounding costs 3 dB',
    sentence: 'Unbiased for every single weight, at twice the noise power of round to nearest.',
    query: '?x=noise&b=6&round=stochastic&hold=int,6,absmax,tensor,nearest',
  },
  {
    title: 'A signal under half a step, kept',
    sentence:
      'Nearest gives 0 for every sample of it; with dither its mean stays, and the error turns to flat noise.',
    query: '?x=dither&round=dither-triangular&hold=int,4,absmax,tensor,nearest',
  },
  {
    title: 'One bit: the sign',
    sentence: 'Only the sign survives; with the best range, that is still more than nothing.',
    query: '?b=1&range=mse',
  },
  {
    title: 'NF4 or int4, at equal bits?',
    sentence:
      'On normal weights NF4 in blocks of 128 has 20.41 dB to affine int4’s 19.83 dB in blocks of 144, but in ' +
      'blocks of 32 and 36 it is 21.18 dB to 21.66 dB.',
    query: '?x=noise&q=nf4&per=block:128&hold=uint,4,absmax,block:144,nearest',
  },
  {
    title: 'Are four bits really four?',
    sentence:
      'Under one scale int4 codes carry 2.59 bits of normal weights and 1.57 bits of Laplace ones; under a scale ' +
      'for each 32 weights 3.62 bits and 3.28 bits.',
    query: '?x=entropy&hold=int,4,absmax,block:32,nearest',
  },
  {
    title: 'MXFP4’s scale: floor or ceil?',
    sentence:
      'The floor rule clips and the ceil rule does not, yet floor has 18.78 dB to 18.74 dB on normal weights and ' +
      '18.01 dB to 17.56 dB on Laplace ones.',
    query: '?x=noise&q=mxfp4&hold=mxfp4,4,absmax,block:32,nearest,e8m0-ceil',
  },
];
