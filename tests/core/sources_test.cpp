#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "source_makers.h"

namespace {

using halfstep::Source;
using halfstep::SourceSpec;
using halfstep::spec_of;
using halfstep::weights_of;

// FNV-1a over the bits of the weights, little-endian bytes first.
std::uint64_t hash_of(const std::vector<float>& x) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const float value : x) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    for (int shift = 0; shift < 32; shift += 8)
      hash = (hash ^ (bits >> shift & 255)) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace

TEST_CASE("the same float32 bits on every compiler and platform") {
  // Hashes of the first 10,000 weights of seed 1, equal with g++ and clang++ on x86-64 and as wasm.
  // A change here changes every saved link that names a seed: do it knowingly.
  const std::map<std::string, std::uint64_t> golden = {
      {"normal", 0xaa0f9e788f2f1f7a}, {"laplace", 0x932c04df3b6c133a}, {"uniform", 0xf5ebd614ecaa7864}, {"logistic", 0xae8589b4044f02b7}, {"student", 0x850c8fc79623af65}, {"gennormal", 0xa2c543cc4359986e}, {"mixture", 0xa2031a7da0aaaf92}, {"layer", 0x0efe9e5250c10ef7}, {"ramp", 0x17bbe74a451163f9}, {"constant", 0x7e7bc8c3a50249a5}};
  for (const halfstep::SourceInfo& info : halfstep::sources()) {
    CAPTURE(info.name);
    const auto row = golden.find(std::string(info.name));
    REQUIRE(row != golden.end());
    CHECK(hash_of(weights_of(spec_of(row->first, 10000))) == row->second);
  }
}

TEST_CASE("any split into stretches gives the same weights") {
  constexpr std::uint64_t n = 7 * 1000;
  for (const halfstep::SourceInfo& info : halfstep::sources()) {
    CAPTURE(info.name);
    SourceSpec spec = spec_of(std::string(info.name), n);
    spec.channels = 70;
    const std::vector<float> whole = weights_of(spec);
    const auto source = Source::make(spec);
    for (const std::size_t stretch : {1u, 3u, 97u, 100u, 255u, 256u, 257u, 6999u}) {
      std::vector<float> parts(n);
      for (std::size_t begin = 0; begin < n; begin += stretch) {
        source->fill(begin,
                     std::span(parts).subspan(begin, std::min<std::size_t>(stretch, n - begin)));
      }
      CHECK(parts == whole);
    }
  }
}

TEST_CASE("another seed gives other weights, the scale multiplies them") {
  for (const halfstep::SourceInfo& info : halfstep::sources()) {
    CAPTURE(info.name);
    SourceSpec spec = spec_of(std::string(info.name), 1000);
    const std::vector<float> one = weights_of(spec);
    spec.seed = 2;
    const bool random = info.name != "ramp" && info.name != "constant";
    CHECK((weights_of(spec) != one) == random);
    spec.seed = 1;
    spec.scale = 0.125;
    const std::vector<float> eighth = weights_of(spec);
    for (std::size_t i = 0; i < one.size(); ++i) REQUIRE(eighth[i] == one[i] / 8);
  }
}

TEST_CASE("a layer has rows of their own scale and one in 64 twenty times hotter") {
  const auto row_rms = [](const SourceSpec& spec, std::size_t rows) {
    const std::vector<float> x = weights_of(spec);
    const std::size_t columns = x.size() / rows;
    std::vector<double> rms(rows);
    for (std::size_t i = 0; i < x.size(); ++i)
      rms[i / columns] += double{x[i]} * x[i] / static_cast<double>(columns);
    for (double& value : rms) value = std::sqrt(value);
    std::sort(rms.begin(), rms.end());
    return rms;
  };
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    SourceSpec spec = spec_of("layer", 64 * 4096, {20, 0}, seed);
    CHECK(Source::make(spec)->shape() == halfstep::Shape{64, 4096});
    std::vector<double> rms = row_rms(spec, 64);
    CHECK(rms[0] > 0.94);
    CHECK(rms[62] < 1.06);
    CHECK(rms[63] == doctest::Approx(20).epsilon(0.06));

    spec = spec_of("layer", 1000 * 256, {20, 0}, seed);
    spec.channels = 1000;
    rms = row_rms(spec, 1000);
    CHECK(rms[984] < 1.3);
    CHECK(rms[985] > 15);

    // ln of the rows' scales spreads as asked.
    spec.parameters = {1, 0.5};
    rms = row_rms(spec, 1000);
    double mean = 0, square = 0;
    for (const double value : rms) {
      mean += std::log(value) / 1000;
      square += std::log(value) * std::log(value) / 1000;
    }
    CHECK(std::fabs(mean) < 0.07);
    CHECK(std::sqrt(square - mean * mean) == doctest::Approx(0.5).epsilon(0.1));
  }
  // Alone, a channel has none to be hotter than.
  SourceSpec spec = spec_of("layer", 100003, {20, 0});
  CHECK(Source::make(spec)->shape() == halfstep::Shape{100003});
  CHECK(row_rms(spec, 1)[0] == doctest::Approx(1).epsilon(0.02));
}

TEST_CASE("a ramp is evenly spaced from −1 to 1, a constant is the scale") {
  const std::vector<float> five = weights_of(spec_of("ramp", 5));
  CHECK(five == std::vector<float>{-1, -0.5, 0, 0.5, 1});
  CHECK(weights_of(spec_of("ramp", 2)) == std::vector<float>{-1, 1});
  CHECK(weights_of(spec_of("ramp", 1)) == std::vector<float>{0});
  SourceSpec spec = spec_of("constant", 3);
  spec.scale = 0.1;
  CHECK(weights_of(spec) == std::vector<float>{0.1f, 0.1f, 0.1f});
}

TEST_CASE("the rows are the largest divisor of the count not above the channels") {
  const auto shape = [](std::uint64_t count, std::uint64_t channels) {
    SourceSpec spec = spec_of("normal", count);
    spec.channels = channels;
    return Source::make(spec)->shape();
  };
  using halfstep::Shape;
  CHECK(shape(1000000, 1) == Shape{1000000});
  CHECK(shape(1000000, 64) == Shape{64, 15625});
  CHECK(shape(1000000, 70) == Shape{64, 15625});
  CHECK(shape(12, 5) == Shape{4, 3});
  CHECK(shape(12, 100) == Shape{12, 1});
  CHECK(shape(7, 6) == Shape{7});
  CHECK(shape(1, 1) == Shape{1});
  CHECK(shape(999999937, 999999936) == Shape{999999937});  // a prime
  CHECK(shape(1000000000, 999999999) == Shape{500000000, 2});
}

TEST_CASE("the table gives every parameter a start within its bounds") {
  for (const halfstep::SourceInfo& info : halfstep::sources()) {
    for (const halfstep::SourceParameter& p : info.parameters) {
      CAPTURE(info.name);
      CHECK((p.low <= p.initial && p.initial <= p.high));
      CHECK(p.step > 0);
      for (const double edge : {p.low, p.high}) {
        std::vector<double> parameters;
        for (const auto& q : info.parameters)
          parameters.push_back(q.name == p.name ? edge : q.initial);
        for (const float x : weights_of(spec_of(std::string(info.name), 20000, parameters))) {
          REQUIRE(std::isfinite(x));
        }
      }
    }
  }
}

TEST_CASE("a source that cannot be says why in one sentence") {
  const auto error = [](auto change) {
    SourceSpec spec = spec_of("student", 10);
    change(spec);
    const auto source = Source::make(spec);
    return source.ok() ? std::string("none") : source.error();
  };
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  CHECK(error([](SourceSpec&) {}) == "none");
  CHECK(error([](SourceSpec& s) { s.name = "cauchy"; }) ==
        "There is no source “cauchy”; there are normal, laplace, uniform, logistic, student, "
        "gennormal, "
        "mixture, layer, ramp, constant.");
  CHECK(error([](SourceSpec& s) { s.count = 0; }) ==
        "A source makes from 1 to 1,000,000,000 weights, not 0.");
  CHECK(error([](SourceSpec& s) { s.count = 1000000001; }) ==
        "A source makes from 1 to 1,000,000,000 weights, not 1000000001.");
  CHECK(error([](SourceSpec& s) { s.count = 1000000000; }) == "none");
  for (const double scale : {0.0, -1.0, inf, nan, 1e39, 1e-50}) {
    CHECK(error([&](SourceSpec& s) { s.scale = scale; }) ==
          "The scale of a source must be a positive number that float32 can hold.");
  }
  for (const double scale : {3.4e38, 1.5e-45}) CHECK(error([&](SourceSpec& s) { s.scale = scale; }) == "none");
  CHECK(error([](SourceSpec& s) { s.channels = 0; }) == "A source needs at least 1 channel.");
  CHECK(error([](SourceSpec& s) {
          s.parameters = {1, 2};
        }) == "The source student takes 1 parameter, not 2.");
  for (const double df : {0.5, 101.0, inf, nan}) {
    CHECK(error([&](SourceSpec& s) { s.parameters = {df}; }) ==
          "The df of the source student must be from 1 to 100.");
  }
  CHECK(error([](SourceSpec& s) { s = spec_of("gennormal", 10, {0.29}); }) ==
        "The beta of the source gennormal must be from 0.3 to 16.");
  CHECK(error([](SourceSpec& s) { s = spec_of("normal", 10, {1}); }) ==
        "The source normal takes 0 parameters, not 1.");
}
