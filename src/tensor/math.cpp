#include "tensor/math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

namespace halfstep::portable {
namespace {

// ln 2 in two parts; the first has 21 trailing zero bits, so its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// c0 + c1·x + c2·x² + …
template <typename... Rest>
inline double polynomial(double x, double c0, Rest... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return c0;
  } else {
    return c0 + x * polynomial(x, rest...);
  }
}

// AS 241 has one rational function for p within 0.425 of ½ and two for the tails.
inline bool is_central(double p) { return std::fabs(p - 0.5) <= 0.425; }

inline double central_quantile(double p) {
  const double q = p - 0.5;
  const double r = 0.180625 - q * q;
  return q *
         polynomial(r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                    3.3430575583588128105e4, 2.5090809287301226727e3) /
         polynomial(r, 1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                    5.2264952788528545610e3);
}

double tail_quantile(double p) {
  const bool low = p < 0.5;
  const double r = std::sqrt(-log(low ? p : 1 - p));
  double x;
  if (r <= 5) {
    const double t = r - 1.6;
    x = polynomial(t, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                   3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                   2.27238449892691845833e-2, 7.74545014278341407640e-4) /
        polynomial(t, 1, 2.05319162663775882187e0, 1.67638483018380384940e0,
                   6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
                   5.47593808499534494600e-4, 1.05075007164441684324e-9);
  } else {
    const double t = r - 5;
    x = polynomial(t, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                   2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                   2.71155556874348757815e-5, 2.01033439929228813265e-7) /
        polynomial(t, 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                   1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                   1.42151175831644588870e-7, 2.04426310338993978564e-15);
  }
  return low ? -x : x;
}

}  // namespace

double log(double x) {
  // x = m·2^e with m in [√½, √2), and ln m = 2 artanh s.
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  const auto bits = __builtin_bit_cast(std::uint64_t, x);
  const std::int64_t e = static_cast<std::int64_t>(bits - kSqrtHalf) >> 52;
  const double m = __builtin_bit_cast(double, bits - (static_cast<std::uint64_t>(e) << 52));
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  const double tail = polynomial(z, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13,
                                 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23);
  const double exponent = static_cast<double>(e);
  return exponent * kLn2High + (2 * s + (2 * s * (z * tail) + exponent * kLn2Low));
}

double exp(double x) {
  if (x < -745.2) return 0;
  if (x > 709.8) return std::numeric_limits<double>::infinity();
  const int k = static_cast<int>(x * std::numbers::log2e + (x < 0 ? -0.5 : 0.5));
  const double r = (x - k * kLn2High) - k * kLn2Low;
  const double mantissa =
      polynomial(r, 1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320,
                 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800);
  // Two factors, because 2^k itself may be beyond a double where the product is not.
  return mantissa * power_of_two(k / 2) * power_of_two(k - k / 2);
}

double cos_turns(double t) {
  // cos 2πt = sin y with |y| ≤ π/2; the subtractions are exact. Taylor's series, dropped below
  // 2^-59.
  const double y = 2 * std::numbers::pi * (std::fabs(t - 0.5) - 0.25);
  return y * polynomial(y * y, 1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800,
                        1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000,
                        -1.0 / 121645100408832000, 1.0 / 51090942171709440000.0);
}

double log_gamma(double x) {
  double below = 1;
  for (; x < 10; x += 1) below *= x;
  const double inverse = 1 / x;
  const double series = inverse * polynomial(inverse * inverse, 1.0 / 12, -1.0 / 360, 1.0 / 1260,
                                             -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156);
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  return (x - 0.5) * log(x) - x + kHalfLogTwoPi + series - log(below);
}

double digamma(double x) {
  double below = 0;
  for (; x < 10; x += 1) below += 1 / x;
  const double inverse = 1 / x;
  const double z = inverse * inverse;
  const double series = z * polynomial(z, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132,
                                       -691.0 / 32760, 1.0 / 12);
  return log(x) - 0.5 * inverse - series - below;
}

double normal_quantile(double p) { return is_central(p) ? central_quantile(p) : tail_quantile(p); }

void normal_quantiles(std::span<double> p) {
  constexpr std::size_t kBlock = 256;
  std::array<std::size_t, kBlock> place;
  std::array<double, kBlock> tail;
  for (; !p.empty(); p = p.subspan(std::min(kBlock, p.size()))) {
    const std::span<double> block = p.first(std::min(kBlock, p.size()));
    std::size_t tails = 0;
    for (std::size_t j = 0; j < block.size(); ++j) {
      place[tails] = j;
      tail[tails] = block[j];
      tails += is_central(block[j]) ? 0 : 1;
    }
    for (double& x : block) x = central_quantile(x);
    for (std::size_t k = 0; k < tails; ++k) block[place[k]] = tail_quantile(tail[k]);
  }
}

}  // namespace halfstep::portable
