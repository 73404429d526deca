// Every row of the table through the whole lab, on weights of every hostile kind: the Report is
// what a naive loop over quantize()'s output says, and what is stored is what each format's
// definition stores.
#include "zoo.h"

#include <doctest/doctest.h>

#include <map>

#include "oracle.h"
#include "quantizers/lattice_points.h"
#include "quantizers/scales.h"

using namespace halfstep;
using namespace zoo;

namespace {

// What the definition stores, in bits, of N weights: codes, scales and tables. H and the levels of
// a codebook that the weights designed are the report's.
double stored_bits(const Request& request, double n, const Report& report) {
  const std::string& name = request.format;
  const double b = request.bits;
  const auto blocks = [&](double size) { return std::ceil(n / size); };
  // Bytes of a block of ggml's (ggml-common.h), and its weights.
  struct Gguf {
    std::string_view name;
    double bytes, weights;
  };
  constexpr Gguf kGguf[] = {
      {"q4_0", 2 + 16, 32}, {"q4_1", 4 + 16, 32}, {"q5_0", 2 + 4 + 16, 32}, {"q5_1", 4 + 4 + 16, 32}, {"q8_0", 2 + 32, 32}, {"q2_k", 4 + 16 + 64, 256}, {"q3_k", 2 + 12 + 96, 256}, {"q4_k", 4 + 12 + 128, 256}, {"q5_k", 4 + 12 + 160, 256}, {"q6_k", 2 + 16 + 192, 256}, {"iq4_nl", 2 + 16, 32}, {"iq4_xs", 2 + 2 + 4 + 128, 256}, {"tq1_0", 2 + 52, 256}, {"tq2_0", 2 + 64, 256}};
  for (const Gguf& format : kGguf) {
    if (format.name == name) return 8 * format.bytes * blocks(format.weights);
  }
  if (name == "int" || name == "midrise") return b * n + 32;
  // The points themselves are counted in lattice_points_test.cpp.
  constexpr std::pair<std::string_view, Lattice> kLattices[] = {
      {"a2", Lattice::A2}, {"d4", Lattice::D4}, {"e8", Lattice::E8}};
  for (const auto& [format, lattice] : kLattices) {
    if (format == name)
      return blocks(dimension(lattice)) *
                 std::log2(points_within(lattice, 1 << (request.bits - 1))) +
             32;
  }
  if (name == "uint") return b * n + 32 + b;
  if (name == "lloyd-max") return b * n + 32 * report.quantizer.levels;
  if (name == "ecsq") return report.entropy.bits * n + 48 * report.quantizer.levels;
  if (name == "nf4") return 4 * n + 32 * blocks(64);
  if (name == "nf4-double") return 4 * n + 8 * blocks(64) + 32 * std::ceil(blocks(64) / 256) + 32;
  if (name == "codebook") return b * n + 32 + 32 * (b < 3 ? 2 : 5);
  if (name == "ternary") return 1.6 * n + 32;
  if (name == "binary") return n + 32;
  if (name == "bf16" || name == "fp16") return 16 * n;
  if (name == "nvfp4") return 4 * n + 8 * blocks(16) + 32;
  if (name == "mxfp8-e4m3" || name == "mxfp8-e5m2" || name == "mxint8")
    return 8 * n + 8 * blocks(32);
  if (name == "mxfp6-e3m2" || name == "mxfp6-e2m3") return 6 * n + 8 * blocks(32);
  if (name == "mxfp4") return 4 * n + 8 * blocks(32);
  if (name == "e4m3" || name == "e5m2" || name == "e3m2" || name == "e2m3" || name == "e2m1" ||
      name == "float")
    return b * n + 32;
  FAIL("No definition of what " << name << " stores");
  return 0;
}

// Whether ggml's own scale of some block overflows float16, 65520 and above being its infinity: the
// formats' reference then decodes to infinities and NaN, and so do we.
bool overflows(const std::vector<float>& x, std::string_view format) {
  double low = 0, high = 0;
  for (const float value : x)
    low = std::min<double>(low, value), high = std::max<double>(high, value);
  const double extreme = std::max(-low, high), width = high - low;
  double d = 0;
  if (format == "q4_0") d = extreme / 8;
  if (format == "q5_0") d = extreme / 16;
  if (format == "q8_0") d = extreme / 127;
  if (format == "tq1_0" || format == "tq2_0") d = extreme;
  // The least of a block is stored too.
  if (format == "q4_1") d = std::max(width / 15, -low);
  if (format == "q5_1") d = std::max(width / 31, -low);
  return d >= 65520;
}

// NaN where it has no meaning, a finite number where it has.
void check_meaning(const char* field, double value, bool meant) {
  CAPTURE(field);
  CAPTURE(value);
  CHECK(std::isfinite(value) == meant);
  CHECK_FALSE(std::isinf(value));
}

void check_meanings(const Report& report, const Plan& plan, double finite, bool overflown) {
  const bool any = finite > 0, rule = any && !plan.has_book() && !plan.in_blocks(),
             lattice = plan.in_blocks() && !plan.codec();
  const TensorReport& t = report.tensor;
  for (const double value : {t.min, t.max, t.mean, t.rms, t.std})
    check_meaning("tensor", value, any);
  check_meaning("kurtosis", t.kurtosis, t.std > 0);
  const QuantizerReport& q = report.quantizer;
  // What an entropy coder writes for no weight has no meaning.
  check_meaning("bits_per_weight", q.bits_per_weight, any || !plan.format->entropy_coded);
  check_meaning("bytes", q.bytes, any || !plan.format->entropy_coded);
  check_meaning("code_bits", q.code_bits, any || !plan.format->entropy_coded);
  CHECK_FALSE(q.code_bits > q.bits_per_weight);
  // No code of one length is shorter than the entropy; every level has a code. A lattice's coordinates, told one after
  // another, do not know which of its points are out of reach.
  CHECK_FALSE(report.entropy.bits > q.code_bits * (1 + (lattice ? 0.05 : 1e-12)));
  if (!lattice && !plan.format->entropy_coded) CHECK(std::log2(q.levels) <= q.code_bits);
  check_meaning("step", q.step, rule || lattice);
  check_meaning("step_min", q.step_min, rule || lattice);
  const NoiseReport& r = report.noise;
  for (const double value : {r.mse, r.max_error, r.bias, r.variance})
    check_meaning("noise", value, any && !overflown);
  check_meaning("snr_db", r.snr_db, r.mse > 0 && t.rms > 0);
  check_meaning("correlation", r.correlation, t.std * std::sqrt(r.variance) > 0);
  for (const double value : {r.max_error_in_steps, r.granular_max_error_in_steps, r.bound_in_steps})
    check_meaning("steps", value, rule);
  check_meaning("bound", r.bound,
                rule && !(chosen_before(plan.request.scale) && plan.layout.segments() > 1));
  for (const double value : {r.overload, r.overload_mse})
    check_meaning("overload", value, any && !plan.in_blocks());
  check_meaning("entropy", report.entropy.bits, any);
  const PredictionReport& p = report.prediction;
  // An estimate may have no meaning, and yet be no infinity.
  for (const double value : {report.entropy.differential_bits, p.mse, p.snr_db, p.entropy_bits})
    CHECK_FALSE(std::isinf(value));
}

void check_noise(const std::vector<float>& x, const std::vector<float>& q, const Report& report) {
  oracle::Sum n, nn, xx, sum;
  double count = 0, most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) continue;
    const double value = x[i], e = value - static_cast<double>(q[i]);
    n.add(e), nn.add(e * e), xx.add(value * value), sum.add(value);
    most = std::max(most, std::fabs(e));
    count += 1;
  }
  if (count == 0) return;
  const double bias = n.value() / count, mse = nn.value() / count, mean = sum.value() / count;
  oracle::Sum variance, covariance, deviation;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) continue;
    const double value = x[i], e = value - static_cast<double>(q[i]);
    variance.add((e - bias) * (e - bias));
    covariance.add((e - bias) * (value - mean));
    deviation.add((value - mean) * (value - mean));
  }
  const NoiseReport& r = report.noise;
  CHECK(std::fabs(r.mse - mse) <= 1e-9 * mse);
  CHECK(r.max_error == most);
  CHECK(r.exact == (most == 0));
  CHECK(std::fabs(r.bias - bias) <= 1e-9 * std::sqrt(mse));
  CHECK(std::fabs(r.variance - variance.value() / count) <= 1e-9 * mse);
  if (mse > 0 && xx.value() > 0)
    CHECK(std::fabs(r.snr_db - 10 * std::log10(xx.value() / nn.value())) <= 1e-8);
  // Pearson's r is lost in rounding where one of the two hardly varies.
  const double spread = std::sqrt(variance.value() * deviation.value());
  const double size = std::sqrt(nn.value() * xx.value());
  if (spread > 1e-4 * size)
    CHECK(std::fabs(r.correlation - covariance.value() / spread) <= 1e-9 * size / spread);
}

void check_codes(const std::vector<float>& x, const Answer& a, const Analysis& analysis) {
  const Report& report = analysis.report;
  const double finite = static_cast<double>(a.weights.finite());
  if (a.plan.format->lattice) {
    CHECK(analysis.counts.empty());
    return;
  }
  if (finite > 0) CHECK(static_cast<double>(analysis.counts.size()) == report.quantizer.levels);
  const auto all = levels(a.plan, analysis);
  CHECK(all.size() == analysis.counts.size());
  double counted = 0, occupied = 0;
  oracle::Sum entropy;
  std::size_t disorder = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    disorder +=
        k > 0 && (all[k].code != all[k - 1].code + 1 || !(all[k].value >= all[k - 1].value));
    disorder += !std::isfinite(all[k].value);
    counted += all[k].count;
    if (all[k].count == 0) continue;
    const double p = all[k].count / finite;
    entropy.add(-p * std::log2(p));
    occupied += 1;
  }
  CHECK(disorder == 0);
  CHECK(counted == finite);
  CHECK(static_cast<double>(report.entropy.occupied_levels) == occupied);
  if (finite > 0) CHECK(std::fabs(report.entropy.bits - entropy.value()) <= 1e-9);
  if (a.plan.in_blocks() || a.plan.layout.segments() > 1) return;
  // Of one scale the values tell the codes.
  std::map<float, double> told, found;
  for (const Level& level : all) {
    if (level.count) told[static_cast<float>(level.value)] += level.count;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(x[i])) found[a.q[i]] += 1;
  }
  CHECK(told == found);
}

void check_row(const std::vector<float>& x, const Request& request, bool standard_words) {
  const Answer a = answer(x, request);
  const double n = static_cast<double>(x.size());
  const bool overflown = overflows(finite(x), request.format);
  std::size_t wrong = 0, endless = 0, lost = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    wrong += std::isnan(x[i]) && a.q[i] != 0;
    endless += !std::isfinite(a.q[i]);
    lost += std::isfinite(x[i]) && !std::isfinite(a.q[i]);
  }
  CHECK(wrong == 0);
  CHECK((endless > 0) == overflown);
  const bool designed = a.plan.designed();
  for (const SortedIndex* index : {static_cast<const SortedIndex*>(nullptr), &a.index}) {
    if (designed && !index) continue;
    const Analysis analysis = analyze(a.weights, a.plan, index);
    const Report& report = analysis.report;
    CAPTURE(index != nullptr);
    check_meanings(report, a.plan, static_cast<double>(a.weights.finite()), overflown);
    const auto& named = report.prediction.conditions;
    CHECK(report.noise.lost == lost);
    CHECK(std::count(named.begin(), named.end(), "lost") == (lost > 0));
    if (overflown) continue;
    check_noise(x, a.q, report);
    check_codes(x, a, analysis);
    if (a.weights.finite() == 0) continue;
    if (standard_words) {
      const double bits = stored_bits(request, n, report);
      CHECK(report.quantizer.bits_per_weight == doctest::Approx(bits / n).epsilon(1e-12));
    }
    // Whole bytes of what the bits say, but for roundoff.
    const double bytes = report.quantizer.bits_per_weight * n / 8;
    CHECK(report.quantizer.bytes == std::floor(report.quantizer.bytes));
    CHECK(report.quantizer.bytes >= bytes * (1 - 1e-12));
    CHECK(report.quantizer.bytes < bytes * (1 + 1e-12) + 1);
  }
}

void check_all(const std::vector<Request>& requests, std::size_t n, bool standard_words) {
  for (const auto& kind : hostile(n)) {
    for (const Request& request : requests) {
      // Half a million levels take long to list: once is enough.
      if (request.bits > 12 && n == 33) continue;
      CAPTURE(kind.name);
      CAPTURE(n);
      CAPTURE(words(request));
      check_row(kind.x, request, standard_words);
    }
  }
}

}  // namespace

TEST_CASE("zoo: every row on every hostile kind of weights") {
  // Of wide codes, whose levels take longer than all weights, one length.
  std::vector<Request> narrow = every_row();
  std::erase_if(narrow, [](const Request& request) { return request.bits > 12; });
  check_all(every_row(), 33, true);
  for (const std::size_t n : {1u, 257u}) check_all(narrow, n, true);
}

// ggml's float16 of a scale above 65504 is an infinity: of 32 weights of σ = 10⁶ the largest is
// some 2·10⁶, which over 127 is below it. In a rotation every weight has a share of what is lost.
TEST_CASE(
    "zoo: weights whose block's scale is beyond float16 are counted and named, and spread into no "
    "mean") {
  const std::vector<float> x = inputs::normal(300, 1, 1e6);
  for (const std::string_view name : {"q4_0", "q4_1", "q5_0", "q5_1", "tq1_0", "tq2_0", "q8_0"}) {
    const Answer a = answer(x, request_of(name));
    const Report report = analyze(a.weights, a.plan, &a.index).report;
    const auto lost = static_cast<std::uint64_t>(
        std::count_if(a.q.begin(), a.q.end(), [](float q) { return !std::isfinite(q); }));
    CAPTURE(name);
    CHECK(report.noise.lost == lost);
    CHECK((lost > 0) == (name != "q8_0"));
    CHECK(std::isnan(report.noise.snr_db) == (lost > 0));
    const auto& named = report.prediction.conditions;
    CHECK((!named.empty() && named.front() == "lost") == (lost > 0));
    CHECK(report.tensor.nonfinite == 0);
  }
}

TEST_CASE("zoo: every row at every length") {
  for (const std::size_t n : kLengths) {
    std::vector<float> x = inputs::laplace(n, n);
    if (n > 40) x[n - 3] = inputs::kNan, x[20] = -inputs::kInf;
    for (const Request& request : every_row()) {
      if (request.bits > 12 && n > 17) continue;
      CAPTURE(n);
      CAPTURE(words(request));
      check_row(x, request, true);
    }
  }
}

TEST_CASE("zoo: scales stored in every way, over tensor, group and block") {
  for (const std::size_t n : {1u, 100u}) check_all(every_scale(), n, false);
}

TEST_CASE("zoo: no weights at all") {
  for (const Request& request : every_row()) {
    CAPTURE(words(request));
    const Answer a = answer({}, request);
    const Report report = analyze(a.weights, a.plan, &a.index).report;
    CHECK(a.q.empty());
    CHECK(report.quantizer.scales == 0);
    for (const double value :
         {report.quantizer.bits_per_weight, report.quantizer.bytes, report.noise.mse,
          report.noise.snr_db, report.entropy.bits, report.prediction.mse}) {
      CHECK(std::isnan(value));
    }
    CHECK_FALSE(report.noise.exact);
  }
}
