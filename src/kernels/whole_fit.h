#pragma once
// What a search for a block's halves asks of its parts, over and over.

namespace halfstep {

// A value that a part would have as a whole number of steps: its error is error + stiff·δ² where
// that comes out δ away.
struct Wish {
  float error, value, stiff;
};

// A line l·scale + offset of a part, the error that its levels have there, and their sums Σl and Σl².
// At a scale and an offset δs and δo away the same levels have error + ll·δs² + 2l·δs·δo + n·δo².
struct Line {
  float error, scale, offset, l, ll;
};
// The sums tell sets of levels apart, near enough.
inline bool alike(const Line& a, const Line& b) { return a.l == b.l && a.ll == b.ll; }

// What each part may choose from: part p from counts[p] of `items`, the first of them p·each.
template <typename Item>
struct Choices {
  const Item* items;
  int each;
  const int* counts;
  int parts;
};

// The parts' sum for each of four steps, every part with the wish of least error and with the whole
// number low … high nearest to it, in float32. A step of zero gives zero.
void whole_errors(const Choices<Wish>& wishes, float low, float high, const float steps[4],
                  float errors[4]);

// Scales are d·s and offsets −m·t, with whole numbers s and t.
struct WholeRange {
  float n;  // weights of a part
  float scale_low, scale_high, min_high;
};

// The parts' sum for each of four pairs of d and m, every part with the line of least error and with
// the s below or above its scale that is better, and the t that then is best.
void pair_errors(const Choices<Line>& lines, const WholeRange& range, const float d[4],
                 const float m[4], float errors[4]);

}  // namespace halfstep
