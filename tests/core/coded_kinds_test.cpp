// Coded tensors of every kind of quantizer: under a transform, of a dither that is taken off, of codebooks of groups, of the
// points of lattices. What comes back is what the lab measured, to the bit; what is written is its H and a hair.
#include <map>

#include "coded.h"
#include "quantizers/lattice_codes.h"
#include "zoo.h"

using namespace coded;

namespace {

constexpr const char* kTransforms[] = {"none", "hadamard:2", "hadamard:64", "hadamard:4096", "columns"};

Request own(std::string_view format, int bits = 0) {
  const FormatRow& row = *find_format(format).value();
  return zoo::request_of(row, bits ? bits : std::clamp(4, row.bits_min, row.bits_max));
}

Request under(Request request, std::string_view transform, std::uint64_t seed = 7) {
  request.transform = parse_transform(transform).value();
  request.seed = seed;
  return request;
}

double entropy(const std::map<std::int64_t, double>& counts, double total) {
  double h = 0;
  for (const auto& [code, count] : counts) h -= count / total * std::log2(count / total);
  return h;
}

// Σ of the entropies of a vector's coordinates in float64, each among those that the ones before it leave open: the rule of a
// lattice written out again from its points' definition, position by position.
double chain_entropy(std::string_view format, const std::vector<float>& q, double step) {
  const std::size_t n = format == "a2" ? 2 : format == "d4" ? 4
                                                            : 8;
  const double unit = step * (format == "a2" ? std::pow(4.0 / 3, 0.25) : format == "d4" ? std::pow(2, -0.25)
                                                                                        : 1);
  std::map<std::int64_t, std::map<std::int64_t, double>> tables;
  std::map<std::int64_t, double> totals;
  for (std::size_t at = 0; at < q.size(); at += n) {
    std::int64_t sum = 0, first = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double part = format == "d4" ? 1 : format == "e8" || i == 0 ? 0.5
                                                                        : 0.5 * std::sqrt(3.0);
      const std::int64_t whole = std::llround(static_cast<double>(q[at + i]) / (unit * part));
      // Whether the first is odd; the sum so far modulo 2 or 4, where the coordinate closes it.
      std::int64_t context = 0;
      if (i > 0 && format == "e8") context = 10 + (first & 1);
      if (i + 1 == n) context = 100 + (sum & (format == "e8" ? 3 : 1));
      if (format == "a2" && i == 1) context = 100 + (first & 1);
      ++tables[context][whole];
      ++totals[context];
      if (i == 0) first = whole;
      sum += whole;
    }
  }
  double bits = 0;
  for (const auto& [context, counts] : tables) bits += totals[context] * entropy(counts, totals[context]);
  return bits / static_cast<double>(q.size());
}

}  // namespace

TEST_CASE("coded kinds: every format under every transform it takes comes back to the bit, whatever its length") {
  for (const std::size_t n : {1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1023, 5000}) {
    auto x = inputs::laplace(n, 3 * n + 1);
    for (std::size_t i = 7; i < n; i += 50) x[i] *= 1000;
    // Rows of five where they fit.
    const Weights weights = tests::weights_of(x, n % 5 ? Shape{n} : Shape{n / 5, 5});
    for (const FormatRow& row : formats()) {
      // Designs take none.
      if (row.design) continue;
      for (const char* transform : kTransforms) {
        if (n > 100 && transform[0] == 'h' && n != 1023) continue;
        const Request request = under(own(row.name), transform);
        if (!check_words(row, request).ok() || (row.name == "float" && request.bits > 16)) continue;
        CAPTURE(transform);
        check_round_trip(weights, request);
      }
    }
  }
}

TEST_CASE("coded kinds: every rounding under every transform and granularity") {
  for (const std::size_t columns : {1, 5, 16, 67}) {
    const Weights weights = tests::weights_of(inputs::normal(9 * columns, columns), {9, columns});
    for (const char* format : {"int", "uint", "midrise"}) {
      for (const Rounding rounding : inputs::kRoundings) {
        for (const char* granularity : {"tensor", "channel", "group:4", "block:13"}) {
          for (const char* transform : kTransforms) {
            CAPTURE(transform);
            CAPTURE(granularity);
            CAPTURE(static_cast<int>(rounding));
            check_round_trip(weights, under(ask(format, 3, granularity, "percentile:95", rounding), transform, 0xFFFFFFFFFFFFFFFFu));
            check_round_trip(weights, under(ask(format, 1, granularity, "absmax", rounding), transform));
          }
        }
      }
    }
  }
}

TEST_CASE("coded kinds: a subtractive dither at the ends of float32, and of a range of zero") {
  for (const Rounding rounding : {Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular}) {
    for (const char* format : {"int", "uint", "midrise"}) {
      for (const auto& x : {std::vector<float>(9, 0), std::vector<float>(9, -0.0f), std::vector<float>{FLT_MAX, -FLT_MAX, 1},
                            std::vector<float>{FLT_TRUE_MIN, 0, -FLT_TRUE_MIN}, std::vector<float>{inputs::kInf, -inputs::kInf, 1, -3}}) {
        check_round_trip(tests::weights_of(x, {x.size()}), ask(format, 2, "tensor", "absmax", rounding));
      }
    }
  }
}

TEST_CASE("coded kinds: seeds are told, and another one is another tensor") {
  const Weights weights = tests::weights_of(inputs::normal(256, 5), {256});
  for (const Request& request : {ask("int", 4, "tensor", "absmax", Rounding::SubtractiveUniform), under(ask("int", 4), "hadamard:64")}) {
    Bytes bytes = encoded(weights, request, Coder::Fixed);
    const auto before = decode_tensor(bytes);
    REQUIRE(before.ok());
    // 8 magic, coder, rank, a dimension of two bytes, transform (and its block), dither; then the seed.
    const std::size_t seed = 8 + 1 + 1 + 2 + 1 + (request.transform.kind == TransformKind::Hadamard) + 1;
    REQUIRE(bytes[seed] == request.seed);
    bytes[seed] ^= 2;
    const auto after = decode_tensor(sealed(bytes));
    REQUIRE(after.ok());
    CHECK(std::equal(before->codes.data(), before->codes.data() + 256, after->codes.data()));
    CHECK_FALSE(std::equal(before->values.data(), before->values.data() + 256, after->values.data()));
  }
}

TEST_CASE("coded kinds: weights that are not finite stand as the code of 0 under a transform") {
  for (const char* transform : {"hadamard:16", "columns"}) {
    auto x = inputs::normal(200, 4), without = x;
    for (const std::size_t i : {0, 50, 199}) {
      x[i] = i == 50 ? inputs::kInf : inputs::kNan;
      without[i] = 0;
    }
    const Request request = under(ask("int", 4), transform);
    CHECK(encoded(tests::weights_of(x, {10, 20}), request, Coder::Rans) == encoded(tests::weights_of(without, {10, 20}), request, Coder::Rans));
  }
}

TEST_CASE("coded kinds: a codebook for each group") {
  auto x = inputs::laplace(12 * 50, 8);
  for (std::size_t i = 0; i < 50; ++i) x[i] = 0;                                   // one level
  for (std::size_t i = 50; i < 100; ++i) x[i] = static_cast<float>(i % 3) - 1.0f;  // three
  const Weights weights = tests::weights_of(x, {12, 50});
  for (const char* format : {"lloyd-max", "ecsq"}) {
    for (const char* granularity : {"channel", "group:7", "group:50"}) {
      for (const int bits : {1, 3, 5}) {
        if (!check_words(*find_format(format).value(), ask(format, bits, granularity)).ok()) continue;
        check_round_trip(weights, ask(format, bits, granularity));
      }
    }
  }
  // A varint and four bytes a level, for each.
  const Planned planned(weights, ask("lloyd-max", 3, "channel"));
  std::size_t levels = 0;
  for (const Codebook& book : planned.plan().books) levels += book.levels.size();
  CHECK(levels < 12 * 8);
  CHECK(planned.encode(Coder::Fixed)->size == 8 + 11 - 1 + 12 + 4 * levels + 600 * 3 / 8 + 4);
}

TEST_CASE("coded kinds: points of lattices, at every width and range") {
  for (const char* format : {"a2", "d4", "e8"}) {
    for (const std::size_t n : {1, 7, 8, 9, 4095, 4096, 4097, 9000}) {
      auto x = inputs::normal(n, n);
      for (std::size_t i = 0; i < n; i += 501) x[i] = i % 2 ? -inputs::kInf : inputs::kInf;
      if (n > 20) x[12] = 500;
      for (const int bits : {1, 2, 5, 12}) {
        for (const char* range : {"absmax", "percentile:80", "1e-3"}) {
          Request request = own(format, bits);
          request.range = parse_range(range).value();
          check_round_trip(tests::weights_of(x, {n}), request);
        }
      }
    }
    for (const float size : {0.0f, FLT_TRUE_MIN, FLT_MIN, FLT_MAX}) {
      check_round_trip(tests::weights_of({size, -size, size / 2, 0, size, size, size, size, -size}, {9}), own(format, 4));
    }
  }
}

TEST_CASE("coded kinds: a point's coordinates are told once, and none is out of reach") {
  for (const Lattice lattice : {Lattice::Z, Lattice::A2, Lattice::D4, Lattice::E8}) {
    const auto n = static_cast<std::size_t>(dimension(lattice));
    inputs::Random random(n);
    for (const int bits : {1, 2, 3, 8, 12}) {
      const float reach = std::exp2(static_cast<float>(bits - 1));
      const std::int32_t zero = code_of_zero(lattice, static_cast<double>(reach));
      CHECK(zero % 4 == 0);
      for (int trial = 0; trial < 5000; ++trial) {
        std::vector<float> x(n), q(n), back(n);
        // A corner, a face, within.
        for (float& value : x) {
          const double side = random.uniform();
          value = static_cast<float>(side < 0.3 ? -1e9 : side < 0.6 ? 1e9
                                                                    : (2 * side - 1.6) / 0.4 * static_cast<double>(reach));
        }
        nearest(lattice, x.data(), reach, q.data());
        std::vector<std::int32_t> whole(n);
        to_whole(lattice, q.data(), whole.data());
        from_whole(lattice, whole.data(), back.data());
        REQUIRE(back == q);
        Coordinates coordinates(lattice);
        for (const std::int32_t w : whole) {
          REQUIRE(std::abs(w) <= zero);
          const auto code = static_cast<std::uint32_t>(w + zero);
          const Left left = coordinates.left();
          REQUIRE(code % left.modulus == left.residue);
          REQUIRE(left.table() < quotient_tables(lattice));
          REQUIRE(code / left.modulus < quotients(left.table(), 2 * static_cast<std::uint32_t>(zero) + 1));
          coordinates.next(code);
        }
      }
    }
  }
}

TEST_CASE("coded kinds: a lattice's H is that of its coordinates one after another, and h less log2 of its step at high rate") {
  const std::size_t n = 1 << 17;
  const auto x = inputs::normal(n, 3);
  const Weights weights = tests::weights_of(x, {n});
  for (const char* format : {"a2", "d4", "e8"}) {
    for (const int bits : {2, 4, 6}) {
      Request request = own(format, bits);
      request.range = parse_range("4").value();
      const Planned planned(weights, request);
      const Report report = analyze(weights, planned.plan()).report;
      CAPTURE(format);
      CAPTURE(bits);
      CHECK(report.entropy.bits == doctest::Approx(chain_entropy(format, planned.quantized(), report.quantizer.step)).epsilon(1e-9));
      // ½ log2(2πe) of a normal law.
      const double books = 2.047095585180641 - std::log2(4 / std::exp2(bits - 1));
      CHECK(report.prediction.entropy_bits == doctest::Approx(books).epsilon(0.02));
      // The last coordinates' steps are 4 of E8's units and a half wide.
      if (bits == 6) CHECK(report.entropy.bits == doctest::Approx(books).epsilon(0.01));
    }
  }
}

TEST_CASE("coded kinds: what is written of a million weights is H and less than 0.1 % over it, and the table") {
  const std::size_t n = 1000000;
  const Weights weights = tests::weights_of(inputs::normal(n, 9), {1000, 1000});
  std::vector<Request> requests{own("a2"), own("d4"), own("e8"), own("e8", 2), own("lloyd-max"), under(ask("int", 4), "hadamard:128"),
                                under(ask("midrise", 8), "columns"), under(own("e8", 6), "hadamard:4096"), under(own("nf4"), "columns")};
  for (const Rounding rounding : {Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular}) {
    requests.push_back(ask("int", 4, "tensor", "absmax", rounding));
    requests.push_back(under(ask("uint", 6, "channel", "absmax", rounding), "hadamard:64"));
  }
  requests.push_back(own("lloyd-max", 3));
  requests.back().granularity = parse_granularity("channel").value();
  for (const Request& request : requests) {
    CAPTURE(request.format);
    CAPTURE(request.bits);
    const Planned planned(weights, request);
    const double least = analyze(planned.subject(), planned.plan()).report.entropy.bits * static_cast<double>(n) / 8;
    const auto coded = planned.encode(Coder::Rans);
    REQUIRE(coded.ok());
    CHECK(static_cast<double>(coded->stream_bytes) > least * 0.999999 - 8);
    CHECK(static_cast<double>(coded->stream_bytes) < least * 1.001);
    CHECK(coded->table_bytes < 5000);
    CHECK(sentence(coded->bytes()).empty());
  }
}
