// The bench: staging never disturbs what stands, and kept answers are those of a fresh bench.
#include "bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "inputs.h"
#include "short_memory.h"

using namespace halfstep;

// Let the sanitizer's allocator answer as malloc does, instead of aborting.
#if defined(__SANITIZE_ADDRESS__)
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
#endif

namespace {

void stage(Bench& bench, const std::vector<float>& x) {
  REQUIRE(bench.stage(x.size()).ok());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(x.data());
  REQUIRE(bench.stage_bytes(Dtype::F32, false, 0, {bytes, x.size() * sizeof(float)}).ok());
}

void put(Bench& bench, const std::vector<float>& x, const Shape& shape, bool fortran_order = false) {
  stage(bench, x);
  REQUIRE(bench.commit(shape, fortran_order, kMeaningless).ok());
}

std::vector<float> standing(const Bench& bench) { return {bench.weights().x().begin(), bench.weights().x().end()}; }

Request ask(const std::string& format, int bits, const std::string& range, const std::string& granularity = "tensor") {
  return {format, bits, parse_range(range).value(), parse_granularity(granularity).value(), Rounding::Nearest, 1};
}

void check_sentence(const Status& status) {
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().size() > 20);
  CHECK(status.error().size() < 300);
  CHECK(status.error().back() == '.');
}

// Equal to the bit, with one NaN like another.
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

bool same(const Analysis& a, const Analysis& b) {
  const Report &p = a.report, &q = b.report;
  return a.counts == b.counts && same(p.noise.mse, q.noise.mse) && same(p.noise.max_error, q.noise.max_error) &&
         same(p.noise.correlation, q.noise.correlation) && same(p.noise.overload, q.noise.overload) &&
         same(p.quantizer.step, q.quantizer.step) && same(p.quantizer.range_high, q.quantizer.range_high) &&
         same(p.quantizer.zero_point, q.quantizer.zero_point) && same(p.entropy.bits, q.entropy.bits) &&
         same(p.prediction.mse, q.prediction.mse) && p.prediction.conditions == q.prediction.conditions;
}

}  // namespace

TEST_CASE("bench: staged weights do not disturb the present ones") {
  Bench bench;
  const auto first = inputs::normal(100, 1), second = inputs::laplace(60, 2);
  put(bench, first, {10, 10});
  const double mse = bench.analyze(ask("int", 4, "absmax")).value()->report.noise.mse;
  stage(bench, second);
  CHECK(standing(bench) == first);
  CHECK(bench.analyze(ask("int", 4, "absmax")).value()->report.noise.mse == mse);
  CHECK(bench.analyze(ask("int", 5, "mse")).value()->report.tensor.count == 100);
  bench.unstage();
  CHECK(standing(bench) == first);
  put(bench, second, {6, 10});
  CHECK(standing(bench) == second);
  CHECK(bench.weights().shape == Shape{6, 10});
  CHECK(bench.analyze(ask("int", 4, "absmax")).value()->report.tensor.count == 60);
}

TEST_CASE("bench: a commit that fails keeps what stands") {
  Bench bench;
  const auto first = inputs::normal(100, 1);
  put(bench, first, {100});
  const double mse = bench.analyze(ask("int", 4, "absmax")).value()->report.noise.mse;
  stage(bench, inputs::normal(60, 2));
  for (const Shape& shape : {Shape{61}, Shape{}, Shape{0}, Shape{6, 10, 2}, Shape{1u << 31, 1u << 31, 1u << 31}}) {
    check_sentence(bench.commit(shape, false, kMeaningless));
    check_sentence(bench.commit(shape, true, kMeaningless));
  }
  CHECK(standing(bench) == first);
  CHECK(bench.weights().shape == Shape{100});
  CHECK(bench.analyze(ask("int", 4, "absmax")).value()->report.noise.mse == mse);
  // Without anything staged there is nothing to commit.
  bench.unstage();
  check_sentence(bench.commit({60}, false, kMeaningless));
  CHECK(standing(bench) == first);
}

TEST_CASE("bench: staging outside the room is refused") {
  Bench bench;
  REQUIRE(bench.stage(10).ok());
  const std::vector<std::uint8_t> bytes(16);
  const auto write = [&](std::uint64_t begin) { return bench.stage_bytes(Dtype::F32, false, begin, bytes); };
  CHECK(write(6).ok());
  check_sentence(write(7));
  check_sentence(write(11));
  check_sentence(write(UINT64_MAX));
  check_sentence(write(UINT64_MAX - 2));
  CHECK(bench.stage_source({}, 0, 10).ok());
  check_sentence(bench.stage_source({}, 1, 10));
  check_sentence(bench.stage_source({}, UINT64_MAX, 2));
  check_sentence(bench.stage_source({}, 2, UINT64_MAX));
  SourceSpec unknown;
  unknown.name = "no such law";
  check_sentence(bench.stage_source(unknown, 0, 10));
  // Bytes that are no whole number of elements.
  CHECK_FALSE(bench.stage_bytes(Dtype::F32, false, 0, std::span(bytes).first(7)).ok());
}

TEST_CASE("bench: whole blocks are staged by their codec") {
  // Blocks of 3 weights in 2 bytes: a scale, and an offset from the weight's place.
  BlockCodec codec{};
  codec.weights = 3;
  codec.bytes = 2;
  codec.decode = [](const std::uint8_t* bytes, std::size_t blocks, float* x) {
    for (std::size_t i = 0; i < 3 * blocks; ++i) {
      x[i] = static_cast<float>(bytes[i / 3 * 2] * static_cast<int>(i % 3) + bytes[i / 3 * 2 + 1]);
    }
  };
  Bench bench;
  REQUIRE(bench.stage(9).ok());
  const std::vector<std::uint8_t> bytes{10, 1, 20, 2, 30, 3};
  CHECK(bench.stage_bytes(codec, 0, std::span(bytes).first(2)).ok());
  CHECK(bench.stage_bytes(codec, 3, std::span(bytes).subspan(2)).ok());
  check_sentence(bench.stage_bytes(codec, 0, std::span(bytes).first(5)));
  check_sentence(bench.stage_bytes(codec, 3, bytes));
  check_sentence(bench.stage_bytes(codec, UINT64_MAX - 1, bytes));
  check_sentence(bench.stage_bytes(codec, 10, {}));
  REQUIRE(bench.commit({3, 3}, false, kMeaningless).ok());
  const std::vector<float> expected{1, 11, 21, 2, 22, 42, 3, 33, 63};
  CHECK(std::equal(expected.begin(), expected.end(), bench.weights().x().data()));
}

TEST_CASE("bench: more than memory holds is one sentence, and the weights stand") {
  Bench bench;
  const auto first = inputs::normal(10, 1);
  put(bench, first, {10});
  for (const int log2 : {40, 53, 61, 62, 63}) {
    const Status status = bench.stage(std::uint64_t{1} << log2);
    check_sentence(status);
    CHECK(status.error().find("GB") != std::string::npos);
  }
  check_sentence(bench.stage(UINT64_MAX));
  CHECK(bench.stage(std::uint64_t{1} << 40).error().find("4398.0 GB") != std::string::npos);
  CHECK(standing(bench) == first);
  REQUIRE(bench.stage(5).ok());
}

TEST_CASE("bench: a source staged in stretches is the source") {
  SourceSpec spec;
  spec.name = "laplace";
  spec.count = 1000;
  Bench bench;
  REQUIRE(bench.stage(1000).ok());
  for (std::uint64_t at = 0; at < 1000; at += 300) {
    REQUIRE(bench.stage_source(spec, at, std::min<std::uint64_t>(300, 1000 - at)).ok());
  }
  REQUIRE(bench.commit({1000}, false, kMeaningless).ok());
  std::vector<float> whole(1000);
  Source::make(spec)->fill(0, whole);
  CHECK(standing(bench) == whole);
}

TEST_CASE("bench: Fortran order is read as rows") {
  Bench bench;
  const Shape shape{2, 3, 4};
  std::vector<float> x(24);
  for (std::size_t i = 0; i < 24; ++i) x[i] = static_cast<float>(i);
  put(bench, x, shape, true);
  const auto rows = standing(bench);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 4; ++k) CHECK(rows[(i * 3 + j) * 4 + k] == x[i + 2 * j + 6 * k]);
    }
  }
  put(bench, x, {24}, true);
  CHECK(standing(bench) == x);
  put(bench, {}, {3, 0}, true);
  CHECK(standing(bench).empty());
}

TEST_CASE("bench: answers with kept ranges are those of a fresh bench") {
  auto x = inputs::laplace(2000, 4);
  x[3] = inputs::kNan;
  Bench kept;
  put(kept, x, {20, 100});
  // Each follows the one before in a way that may or may not share its ranges.
  std::vector<Request> path;
  for (const std::string range : {"absmax", "percentile:99", "mse", "1.5"}) {
    for (const std::string granularity : {"tensor", "channel", "group:32"}) {
      for (const std::string format : {"int", "midrise", "uint", "int"}) {
        for (const int bits : {4, 5, 2}) path.push_back(ask(format, bits, range, granularity));
      }
    }
  }
  path.push_back(ask("int", 4, "percentile:98"));
  path.push_back(ask("int", 4, "percentile:50"));
  path.push_back(ask("int", 4, "2.5"));
  path.push_back(ask("uint", 4, "0.5"));
  for (const Request& request : path) {
    Bench fresh;
    put(fresh, x, {20, 100});
    const auto a = kept.analyze(request);
    // The search of a range sorts the weights, and from then on they are measured so.
    if (kept.index()) REQUIRE(fresh.require_index().ok());
    const auto b = fresh.analyze(request);
    REQUIRE(a.ok());
    REQUIRE(b.ok());
    CAPTURE(request.format);
    CAPTURE(request.bits);
    CHECK(same(*a.value(), *b.value()));
  }
}

TEST_CASE("bench: a search of one range sorts the weights; of several, or of a rounding that draws, it does not") {
  Bench bench;
  put(bench, inputs::laplace(2000, 4), {20, 100});
  Request request = ask("uint", 4, "mse", "channel");
  REQUIRE(bench.analyze(request).ok());
  CHECK_FALSE(bench.index());
  request.granularity = {GranularityKind::Tensor, 0};
  request.rounding = Rounding::Stochastic;
  REQUIRE(bench.analyze(request).ok());
  CHECK_FALSE(bench.index());
  request.rounding = Rounding::Nearest;
  const double found = bench.analyze(request).value()->report.noise.mse;
  CHECK(bench.index());
  Bench sorted;
  put(sorted, inputs::laplace(2000, 4), {20, 100});
  REQUIRE(sorted.require_index().ok());
  CHECK(found == sorted.analyze(request).value()->report.noise.mse);
}

TEST_CASE("bench: new weights get new ranges and new answers") {
  const auto first = inputs::normal(300, 1), second = inputs::laplace(300, 2);
  Bench fresh;
  put(fresh, second, {300});
  for (const int bits : {4, 5}) {
    Bench bench;
    put(bench, first, {300});
    REQUIRE(bench.analyze(ask("int", 4, "absmax")).ok());
    put(bench, second, {300});
    CHECK(same(*bench.analyze(ask("int", bits, "absmax")).value(), *fresh.analyze(ask("int", bits, "absmax")).value()));
  }
}

TEST_CASE("bench: a request that is refused leaves the last answers") {
  Bench bench;
  put(bench, inputs::normal(100, 1), {100});
  const Request good = ask("int", 4, "absmax");
  const double mse = bench.analyze(good).value()->report.noise.mse;
  CHECK_FALSE(bench.analyze(ask("int", 40, "absmax")).ok());
  CHECK_FALSE(bench.analyze(ask("no such", 4, "absmax")).ok());
  CHECK(bench.analyze(good).value()->report.noise.mse == mse);
}

#ifdef HALFSTEP_SHORT_MEMORY
TEST_CASE("bench: a request for which memory runs out leaves the last answers") {
  const auto x = inputs::normal(256, 1);
  const Request good = ask("int", 4, "absmax", "group:32");
  Bench fresh;
  put(fresh, x, {256});
  const Analysis expected = *fresh.analyze(good).value();
  // They have the ranges of `good`, and scales that are stored beside them.
  Request together = good, book = good;
  together.scale = ScaleType::E4m3;
  book.format = "nf4";
  for (const Request& next : {together, book}) {
    std::size_t left = 0;
    for (bool made = false; !made; ++left) {
      REQUIRE(left < 20);
      Bench bench;
      put(bench, x, {256});
      REQUIRE(bench.plan(good).ok());
      {
        const tests::ShortMemory memory(left);
        made = bench.plan(next).ok();
      }
      const auto again = bench.analyze(good);
      REQUIRE(again.ok());
      CHECK(same(*again.value(), expected));
    }
    CHECK(left > 2);  // both allocations were refused in turn
  }
}
#endif

TEST_CASE("bench: one weight alone is not tried where its neighbours have a say") {
  Bench bench;
  put(bench, inputs::normal(64, 1), {64});
  for (const char* name : {"q4_0", "e8"}) {
    const FormatRow& row = *find_format(name).value();
    Request request = ask(name, std::max(4, row.bits_min), "absmax");
    request.granularity = row.granularity;
    request.scale = row.scale;
    REQUIRE(bench.plan(request).ok());
    const auto refused = bench.probe(request, 0.5f);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().find("neighbours") != std::string::npos);
  }
  CHECK(bench.probe(ask("int", 4, "7"), 2.2f)->quantized == 2);
}

TEST_CASE("bench: what has no coded tensor agrees with none, and says why in one voice") {
  Bench bench;
  put(bench, inputs::normal(256, 1), {8, 32});
  const Request plain = ask("int", 4, "absmax");
  REQUIRE(bench.can_code(plain).ok());
  const auto coded = bench.encode(plain, Coder::Fixed);
  REQUIRE(coded.ok());
  CHECK(bench.agrees(plain, coded->bytes()).value());
  const auto refused = [&](const Request& request, const char* why) {
    CAPTURE(request.format);
    const Status able = bench.can_code(request);
    check_sentence(able);
    CHECK(able.error().find(why) != std::string::npos);
    CHECK(bench.encode(request, Coder::Fixed).error() == able.error());
    const auto agree = bench.agrees(request, coded->bytes());
    REQUIRE_FALSE(agree.ok());
    CHECK(agree.error() == able.error());
  };
  Request wide = ask("float", 19, "absmax");
  wide.exponent_bits = 8;
  refused(wide, "16 bits");
  refused(ask("int", 40, "absmax"), "bits");
  Bench empty;
  CHECK(empty.can_code(plain).error() == "There are no weights to code.");
}

TEST_CASE("bench: a coded tensor agrees with its own request alone, under a transform and with weights that are not finite") {
  Bench bench;
  auto x = inputs::normal(100 * 70, 1);
  x[3] = inputs::kNan;
  x[5000] = -inputs::kInf;
  put(bench, x, {100, 70});
  std::vector<Request> all{ask("int", 4, "absmax"), ask("midrise", 4, "absmax")};
  all[1].rounding = Rounding::SubtractiveTriangular;
  for (const char* format : {"e8", "q4_0", "nf4"}) {
    const FormatRow& row = *find_format(format).value();
    all.push_back(ask(format, 4, "absmax"));
    all.back().granularity = row.granularity;
    all.back().scale = row.scale;
  }
  for (const char* transform : {"hadamard:65536", "hadamard:32", "columns"}) {
    for (std::size_t i = 0; i < 5; ++i) {
      all.push_back(all[i]);
      all.back().transform = parse_transform(transform).value();
    }
  }
  for (const Request& request : all) {
    CAPTURE(request.format);
    const auto coded = bench.encode(request, Coder::Rans);
    REQUIRE(coded.ok());
    CHECK(bench.agrees(request, coded->bytes()).value());
    Request other = request;
    other.seed += 1;
    const bool drawn = is_random(request.rounding) || request.transform.kind == TransformKind::Hadamard;
    CHECK(bench.agrees(other, coded->bytes()).value() == !drawn);
    other = request;
    other.transform = parse_transform(request.transform.kind == TransformKind::Columns ? "none" : "columns").value();
    CHECK_FALSE(bench.agrees(other, coded->bytes()).value());
  }
}

TEST_CASE("bench: rounding and seed make a new answer") {
  Bench bench;
  put(bench, inputs::normal(1000, 1), {1000});
  Request request = ask("int", 4, "absmax");
  const auto mse = [&] { return bench.analyze(request).value()->report.noise.mse; };
  const double nearest = mse();
  request.rounding = Rounding::Stochastic;
  const double stochastic = mse();
  CHECK(stochastic > nearest);
  request.seed = 2;
  CHECK(mse() != stochastic);
  request.seed = 1;
  CHECK(mse() == stochastic);
}

TEST_CASE("bench: an empty bench answers") {
  Bench bench;
  const auto analysis = bench.analyze(ask("int", 4, "absmax"));
  REQUIRE(analysis.ok());
  CHECK(analysis.value()->report.tensor.count == 0);
}
