// A coded tensor comes back to the bit, from any format, scale and coder; any other bytes are one sentence.
#include <map>

#include "coded.h"
#include "zoo.h"

using namespace coded;

TEST_CASE("coded tensor: every format, width and size comes back to the bit") {
  for (const std::size_t n : {1, 3, 17, 1023, 100000}) {
    const Weights weights = tests::weights_of(inputs::laplace(n, 3 * n), {n});
    for (const char* format : {"int", "uint", "midrise", "lloyd-max", "ecsq"}) {
      const bool book = find_format(format).value()->design != nullptr;
      for (const int bits : {1, 2, 4, 8, 12, 16}) {
        if ((book && bits > 8) || (book && bits == 8 && n == 100000)) continue;
        check_round_trip(weights, ask(format, bits));
      }
    }
  }
}

TEST_CASE("coded tensor: scales of channels and groups, ranges and roundings") {
  const std::size_t rows = 12, columns = 40;
  auto x = inputs::normal(rows * columns, 9);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= static_cast<float>(i / columns);  // the first row is zero
  const Weights weights = tests::weights_of(x, {rows, 4, columns / 4});
  for (const char* format : {"int", "uint", "midrise"}) {
    for (const char* granularity : {"tensor", "channel", "group:1", "group:3", "group:10", "group:4294967296"}) {
      for (const char* range : {"absmax", "percentile:90", "mse", "0.75"}) {
        for (const Rounding rounding : inputs::kRoundings) {
          check_round_trip(weights, ask(format, 3, granularity, range, rounding));
          check_round_trip(weights, ask(format, 1, granularity, range, rounding));
        }
      }
    }
  }
  const Weights scalar = tests::weights_of({-2.5f}, {});
  check_round_trip(scalar, ask("int", 4));
  check_round_trip(scalar, ask("uint", 4, "channel"));
}

TEST_CASE("coded tensor: constant, zero and infinite weights") {
  for (const auto& x : {std::vector<float>(50, 0), std::vector<float>(50, 0.3f), std::vector<float>(50, -0.0f),
                        std::vector<float>{1, inputs::kInf, -0.5f, -inputs::kInf, 0.1f}}) {
    const Weights weights = tests::weights_of(x, {x.size()});
    for (const char* format : {"int", "uint", "midrise", "lloyd-max", "ecsq"}) check_round_trip(weights, ask(format, 3));
  }
}

TEST_CASE("coded tensor: NaN is coded as 0") {
  auto x = inputs::normal(100, 4), without = x;
  for (const std::size_t i : {0, 1, 50, 99}) {
    x[i] = inputs::kNan;
    without[i] = 0;
  }
  const Weights a = tests::weights_of(x, {100}), b = tests::weights_of(without, {100});
  for (const char* format : {"int", "uint", "midrise"}) {
    for (const Rounding rounding : inputs::kRoundings) {
      const Request request = ask(format, 4, "group:30", "2", rounding);
      CHECK(encoded(a, request, Coder::Rans) == encoded(b, request, Coder::Rans));
    }
  }
  const Weights none = tests::weights_of(std::vector<float>(10, inputs::kNan), {10});
  for (const char* format : {"int", "uint", "midrise", "lloyd-max"}) {
    const auto decoded = decode_tensor(encoded(none, ask(format, 4), Coder::Rans));
    REQUIRE(decoded.ok());
    CHECK(decoded->values[9] == 0);
  }
}

TEST_CASE("coded tensor: its size is what the format says, and a constant tensor takes a header alone") {
  const std::size_t n = 10000;
  const Weights weights = tests::weights_of(inputs::normal(n, 2), {100, 100});
  const auto coded = Planned(weights, ask("uint", 5, "group:50")).encode(Coder::Fixed);
  CHECK(coded->stream_bytes == n * 5 / 8);
  CHECK(coded->table_bytes == 0);
  // 8 magic, coder, rank, two dimensions, transform, dither, granularity, group, levels, rule, type of scales; 200 scales of
  // 37 bits; the check sum.
  CHECK(coded->size == 8 + 11 + 200 * 37 / 8 + n * 5 / 8 + 4);
  const Weights constant = tests::weights_of(std::vector<float>(n, 0.25f), {n});
  CHECK(Planned(constant, ask("int", 8)).encode(Coder::Rans)->size < 50);
}

namespace {

constexpr ScaleType kScaleTypes[] = {ScaleType::Float32, ScaleType::Float16, ScaleType::E8m0, ScaleType::E8m0Ceil,
                                     ScaleType::E4m3, ScaleType::Nested};

// Bytes of `count` scales by their definitions, as docs/words.md has them.
std::size_t bytes_of(ScaleType type, std::size_t count) {
  switch (type) {
    case ScaleType::Float32: return 4 * count;
    case ScaleType::Float16: return 2 * count;
    case ScaleType::E4m3: return count + 4;
    case ScaleType::Nested: return count + 4 * ((count + 255) / 256) + 4;
    default: return count;
  }
}

bool takes(const FormatRow& row, const Request& request) { return check_words(row, request).ok(); }

}  // namespace

TEST_CASE("coded tensor: formats of blocks come back to the bit, in the bytes of their codes and of what is beside them") {
  for (const BlockCodec& codec : block_codecs()) {
    // MXFP4 is a row of levels under a shared scale.
    if (!find_format(codec.name).value()->codec) continue;
    CAPTURE(codec.name);
    const auto block = static_cast<std::size_t>(codec.weights);
    for (const std::size_t n : {std::size_t{1}, block - 1, block, block + 1, std::size_t{1000}, std::size_t{4096}, std::size_t{9999}}) {
      auto x = inputs::laplace(n, 5 * n);
      for (std::size_t i = 0; i < n; i += 300) x[i] = i % 600 == 0 ? inputs::kInf : 0.0f;
      const Request request = zoo::request_of(codec.name);
      check_round_trip(tests::weights_of(x, {n}), request);
    }
    const std::size_t n = 8 * block;
    const Weights weights = tests::weights_of(inputs::normal(n, 7), {8, block});
    // NaN stands as 0 in its block.
    Weights holes = tests::weights_of(inputs::normal(n, 7), {8, block}), zeros = tests::weights_of(inputs::normal(n, 7), {8, block});
    holes.values[5] = inputs::kNan;
    zeros.values[5] = 0;
    REQUIRE(examine(holes, kMeaningless).ok());
    const Request own = zoo::request_of(codec.name);
    CHECK(encoded(holes, own, Coder::Rans) == encoded(zeros, own, Coder::Rans));
    const auto coded = Planned(weights, zoo::request_of(codec.name)).encode(Coder::Fixed);
    REQUIRE(coded.ok());
    // Codes of as many bits as there are levels for; and of the block's bytes those that its definition gives to scales.
    int width = 0;
    while (1u << width < codec.levels.size()) ++width;
    CHECK(coded->stream_bytes == (n * static_cast<std::size_t>(width) + 7) / 8);
    const std::map<std::string_view, std::size_t> beside{
        {"q4_0", 2}, {"q4_1", 4}, {"q5_0", 2}, {"q5_1", 4}, {"q8_0", 2}, {"q2_k", 20}, {"q3_k", 14}, {"q4_k", 16}, {"q5_k", 16}, {"q6_k", 18}, {"iq4_nl", 2}, {"iq4_xs", 8}, {"tq1_0", 2}, {"tq2_0", 2}};
    // 8 magic, coder, rank, dimensions, transform, dither, granularity and its weights, levels, rule, name; the check sum.
    const std::size_t header = 8 + 1 + 1 + 1 + 2 + (block > 127 ? 2 : 1) + 1 + (block > 127 ? 2 : 1) +
                               (codec.levels.size() > 127 ? 2 : 1) + 1 + 1 + codec.name.size();
    CHECK(coded->size == header + 8 * beside.at(codec.name) + coded->stream_bytes + 4);
  }
}

TEST_CASE("coded tensor: scales of every type come back to the bit, in the bytes of their type") {
  const std::size_t n = 32 * 300;
  auto x = inputs::normal(n, 12);
  for (std::size_t i = 0; i < n; ++i) x[i] *= i / 32 % 7 == 3 ? 0 : std::exp2(static_cast<float>(i / 320) - 15);
  const Weights weights = tests::weights_of(x, {n});
  for (const FormatRow& row : formats()) {
    if (row.design || row.codec || row.lattice) continue;
    for (const char* granularity : {"tensor", "block:32", "block:999"}) {
      std::size_t plain = 0;
      for (const ScaleType type : kScaleTypes) {
        Request request = ask(row.name.data(), std::clamp(4, row.bits_min, row.bits_max), granularity);
        if (row.name == "codebook") request.levels = "-2,-1,0,0.5,3";
        request.granularity = row.takes & kTakesGranularity ? request.granularity : row.granularity;
        request.scale = type;
        request.range = row.range;
        request.exponent_bits = 2;
        if (!takes(row, request)) continue;
        check_round_trip(weights, request);
        const Planned planned(weights, request);
        const std::size_t size = planned.encode(Coder::Fixed)->size - bytes_of(type, planned.plan().layout.segments());
        if (plain == 0) plain = size;
        CAPTURE(row.name);
        CAPTURE(granularity);
        CAPTURE(static_cast<int>(type));
        CHECK(size == plain);
      }
    }
  }
}

TEST_CASE("coded tensor: scales near the ends of float32 come back to the bit") {
  for (const double size : {1e-44, 1e-39, 1e-30, 1e30, 3e37}) {
    auto x = inputs::normal(640, 13, size);
    for (std::size_t i = 0; i < 64; ++i) x[i] *= 1e-3f;
    const Weights weights = tests::weights_of(x, {640});
    for (const ScaleType type : kScaleTypes) {
      for (const char* format : {"int", "uint", "midrise", "nf4"}) {
        Request request = ask(format, 4, "block:32");
        request.scale = type;
        if (takes(*find_format(format).value(), request)) check_round_trip(weights, request);
      }
    }
  }
}

TEST_CASE("coded tensor: the same bytes on every machine") {
  // Weights of exact arithmetic alone.
  std::vector<float> x(5000);
  std::uint32_t state = 1;
  for (float& value : x) {
    state = state * 1664525u + 1013904223u;
    const float a = static_cast<float>(state >> 8) * 0x1p-24f;
    state = state * 1664525u + 1013904223u;
    value = (a - 0.5f) * (static_cast<float>(state >> 8) * 0x1p-24f);
  }
  const Weights weights = tests::weights_of(x, {50, 100});
  const auto fnv = [&](const Request& request, Coder coder) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const std::uint8_t byte : encoded(weights, request, coder)) hash = (hash ^ byte) * 0x100000001b3u;
    return hash;
  };
  CHECK(fnv(ask("int", 6), Coder::Rans) == 16884146352363696615u);
  CHECK(fnv(ask("uint", 4, "group:25"), Coder::Huffman) == 18200533427731888018u);
  CHECK(fnv(ask("midrise", 3, "channel"), Coder::Fixed) == 17664557185647217077u);
  CHECK(fnv(ask("e8", 4), Coder::Rans) == 3353231252025544369u);
  CHECK(fnv(ask("a2", 5), Coder::Huffman) == 13609016965194989272u);
  Request turned = ask("int", 4, "tensor", "absmax", Rounding::SubtractiveTriangular);
  turned.transform = parse_transform("hadamard:64").value();
  CHECK(fnv(turned, Coder::Rans) == 18347179634639800123u);
}

TEST_CASE("coded tensor: nothing to code is one sentence") {
  const Weights weights = tests::weights_of({}, {0});
  for (const Coder coder : kCoders) CHECK(Planned(weights, ask("int", 4)).encode(coder).error() == "There are no weights to code.");
}

namespace {

// What a header has fields of its own for: transforms, dithers, codebooks of groups, lattices.
std::vector<Request> every_kind() {
  std::vector<Request> all{ask("lloyd-max", 2, "group:30"), ask("a2", 4), ask("d4", 3), ask("e8", 3),
                           ask("midrise", 4, "tensor", "absmax", Rounding::SubtractiveTriangular)};
  for (const char* transform : {"hadamard:16", "columns"}) {
    all.push_back(ask("e8", 3));
    all.back().transform = parse_transform(transform).value();
  }
  return all;
}

}  // namespace

TEST_CASE("coded tensor: every truncation and every changed bit is refused") {
  const Weights weights = tests::weights_of(inputs::normal(300, 6), {3, 100});
  std::vector<Request> requests{ask("int", 4), ask("uint", 4), ask("lloyd-max", 4), zoo::request_of("q4_k")};
  for (const Request& request : every_kind()) requests.push_back(request);
  for (const Request& request : requests) {
    for (const Coder coder : kCoders) {
      const Bytes whole = encoded(weights, request, coder);
      for (std::size_t length = 0; length < whole.size(); ++length) {
        // Of just that length; and again with a check sum made to fit.
        Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        REQUIRE(is_sentence(sentence(cut)));
        if (length > 4) REQUIRE(is_sentence(sentence(sealed(cut))));
      }
      for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        Bytes changed = whole;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        REQUIRE(is_sentence(sentence(changed)));
      }
    }
  }
}

TEST_CASE("coded tensor: thousands of mutations under a fitting check sum are an answer or a sentence") {
  const Weights weights = tests::weights_of(inputs::laplace(200, 8), {4, 50});
  inputs::Random random(77);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.uniform() * static_cast<double>(n)); };
  int read = 0, refused = 0;
  std::vector<Request> requests{zoo::request_of("q4_0"), zoo::request_of("q6_k"), zoo::request_of("tq1_0"), ask("int", 5, "group:20"), ask("uint", 5, "group:20"), ask("midrise", 5, "group:20"), ask("ecsq", 5)};
  for (const ScaleType type : {ScaleType::Float16, ScaleType::E8m0, ScaleType::E4m3, ScaleType::Nested}) {
    requests.push_back(ask("int", 5, "group:20"));
    requests.back().scale = type;
  }
  for (const Request& request : every_kind()) requests.push_back(request);
  for (const Request& request : requests) {
    for (const Coder coder : kCoders) {
      const Bytes whole = encoded(weights, request, coder);
      for (int round = 0; round < 2000; ++round) {
        Bytes bytes = whole;
        for (std::size_t i = 0; i <= below(3); ++i) {
          // The first sixty bytes are header, scales and table.
          const std::size_t at = 8 + below(std::min<std::size_t>(bytes.size() - 12, round % 2 ? 60 : SIZE_MAX));
          const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
          switch (below(4)) {
            case 0: bytes[at] ^= static_cast<std::uint8_t>(1u << below(8)); break;
            case 1: bytes[at] = static_cast<std::uint8_t>(below(256)); break;
            case 2: bytes.insert(place, below(5), static_cast<std::uint8_t>(0xFF)); break;
            default: bytes.erase(place, place + static_cast<std::ptrdiff_t>(std::min(below(5), bytes.size() - 4 - at)));
          }
        }
        const auto decoded = decode_tensor(sealed(bytes));
        ++(decoded.ok() ? read : refused);
        if (!decoded.ok()) REQUIRE(is_sentence(decoded.error()));
        if (decoded.ok()) REQUIRE(decoded->values.size() == element_count(decoded->shape).value());
      }
    }
  }
  // Both ways out were taken.
  CHECK(read > 300);
  CHECK(refused > 5000);
}

TEST_CASE("coded tensor: headers that lie are refused before memory is asked for") {
  const auto refused = [](const Bytes& bytes, const char* why) {
    const std::string text = sentence(bytes);
    CAPTURE(text);
    CHECK(is_sentence(text));
    CHECK(text.find(why) != std::string::npos);
  };
  // coder, rank, dimensions, transform, dither, granularity, levels, rule, type of scales, z, Δ = 1, table, stream
  CHECK(sentence(file({0, 1, 4, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0b11100100})).empty());
  refused({}, "HALFSTQ3");
  refused({'H', 'A', 'L', 'F'}, "HALFSTQ3");
  refused({'H', 'A', 'L', 'F', 'S', 'T', 'Q', '2', 0, 0, 0, 0}, "HALFSTQ3");
  refused({'H', 'A', 'L', 'F', 'S', 'T', 'Q', '3'}, "cut short");
  refused(file({}), "coder");
  refused(file({3, 1, 4, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "coder");
  refused(file({0, 65}), "shape");
  refused(file({0, 1, 0, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F}), "shape");
  refused(file({0, 2, 0x80, 0x80, 0x80, 0x80, 0x08, 2, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "shape");
  refused(file({0, 4, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0}),
          "shape");
  // 2²⁹ weights of two bits each in one byte; of Huffman's one bit; of rANS' one bit.
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "as many weights");
  refused(file({1, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0x80, 0x3F, 1, 1, 0}), "as many weights");
  refused(file({2, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0x80, 0x3F, 1, 1, 1, 0, 0, 0, 0x80, 0, 0, 0, 0}),
          "as many weights");
  refused(file({0, 1, 4, 0, 0, 4, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "granularity");
  refused(file({0, 1, 4, 0, 0, 2, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "granularity");
  refused(file({0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F}), "codes mean");                    // no levels
  refused(file({0, 1, 4, 0, 0, 0, 0x81, 0x80, 0x04, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "codes mean");  // 2¹⁶ + 1 levels
  refused(file({0, 1, 4, 0, 0, 0, 4, 4, 0, 1, 0, 0, 0x80, 0x3F, 0}), "codes mean");                 // no such rule
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 0, 4, 0, 0, 0x80, 0x3F, 0}), "codes mean");                 // z beyond the levels
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0xC0, 0x7F, 0}), "scales");                     // Δ is NaN
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 0, 1, 0, 0, 0x80, 0xBF, 0}), "scales");                     // Δ is negative
  refused(file({0, 1, 1, 0, 0, 0, 2, 3, 6, 0, 0, 0x80, 0x3F, 0, 0, 0x80, 0x3F, 0}), "codes mean");  // levels that do not rise
  // 2²⁹ scales, and 2¹⁶ levels, that are not there.
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 2, 1, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "scales");
  refused(file({0, 1, 4, 0, 0, 0, 0x80, 0x80, 0x04, 3, 6, 0, 0, 0x80, 0x3F, 0}), "codes mean");
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 7, 1, 0, 0, 0x80, 0x3F, 0}), "codes mean");  // no such type of scales
  // Of the other types 1; what is negative, infinite or no number; 2²⁹ of them that are not there.
  CHECK(sentence(file({0, 1, 4, 0, 0, 0, 4, 0, 1, 1, 0, 0x3C, 0b11100100})).empty());
  CHECK(sentence(file({0, 1, 4, 0, 0, 0, 4, 0, 2, 1, 127, 0b11100100})).empty());
  CHECK(sentence(file({0, 1, 4, 0, 0, 0, 4, 0, 4, 1, 0, 0, 0x80, 0x3F, 0x38, 0b11100100})).empty());
  CHECK(sentence(file({0, 1, 4, 0, 0, 0, 4, 0, 5, 1, 0, 0, 0x80, 0x3F, 0, 0, 0, 0, 127, 0b11100100})).empty());
  CHECK(sentence(file({0, 1, 4, 0, 0, 0, 4, 0, 6, 1, 0b11100100})).empty());
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 1, 1, 0, 0x7C, 0}), "scales");
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 1, 1, 0, 0xBC, 0}), "scales");
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 4, 1, 0, 0, 0x80, 0x3F, 0x7F, 0}), "scales");
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 4, 1, 0, 0, 0x80, 0x3F, 0xB8, 0}), "scales");
  refused(file({0, 1, 4, 0, 0, 0, 4, 0, 5, 1, 0, 0, 0xC0, 0x7F, 0, 0, 0, 0, 127, 0}), "scales");
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 2, 1, 4, 0, 2, 1, 127, 0}), "scales");
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 2, 1, 4, 0, 5, 1, 0, 0, 0x80, 0x3F, 0, 0, 0, 0, 127, 0}), "scales");
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 2, 1, 4, 0, 6, 1, 0}), "as many weights");
  // A zero point that is no code of three levels.
  refused(file({0, 1, 4, 0, 0, 0, 3, 2, 0, 0, 0, 0x80, 0x3F, 3, 0}), "zero point");
  // No such transform; rotations of blocks of 1 and of 2¹⁷; no such dither; seeds of 65 bits and none.
  refused(file({0, 1, 4, 3, 0, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "transform");
  refused(file({0, 1, 4, 1, 0, 0, 7, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "transform");
  refused(file({0, 1, 4, 1, 17, 0, 7, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "transform");
  CHECK(sentence(file({0, 1, 4, 1, 16, 2, 7, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0})).empty());
  refused(file({0, 1, 4, 0, 3, 7, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "dither");
  refused(file({0, 1, 4, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 4, 0, 0, 1, 0, 0, 0x80, 0x3F, 0}), "dither");
  refused(file({0, 1, 4, 0, 1}), "dither");
  // Two columns of rms 1; of 0, infinite, negative; 2²⁹ of them, of 2²⁹ weights, that are not there.
  CHECK(sentence(file({0, 1, 2, 2, 0, 0, 4, 0, 6, 1, 0, 0, 0x80, 0x3F, 0, 0, 0x80, 0x3F, 0b0100})).empty());
  refused(file({0, 1, 2, 2, 0, 0, 4, 0, 6, 1, 0, 0, 0x80, 0x3F, 0, 0, 0, 0, 0b0100}), "columns");
  refused(file({0, 1, 2, 2, 0, 0, 4, 0, 6, 1, 0, 0, 0x80, 0x7F, 0, 0, 0x80, 0x3F, 0b0100}), "columns");
  refused(file({0, 1, 2, 2, 0, 0, 4, 0, 6, 1, 0, 0, 0x80, 0x3F, 0, 0, 0x80, 0xBF, 0b0100}), "columns");
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 2, 0, 0, 4, 0, 6, 1, 0, 0, 0x80, 0x3F, 0}), "columns");
  // Groups of two with a codebook of 1 and of 2 levels, 0 and 1; a code that its own does not have; no level, a third one,
  // one that is infinite; 2²⁹ codebooks that are not there.
  CHECK(sentence(file({0, 1, 4, 0, 0, 2, 2, 2, 5, 6, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0b1000})).empty());
  refused(file({0, 1, 4, 0, 0, 2, 2, 2, 5, 6, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0b1001}), "beyond its levels");
  refused(file({0, 1, 4, 0, 0, 2, 2, 2, 5, 6, 0, 2, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0b1000}), "codes mean");
  refused(file({0, 1, 4, 0, 0, 2, 2, 2, 5, 6, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0b1000}), "codes mean");
  refused(file({0, 1, 4, 0, 0, 2, 2, 2, 5, 6, 1, 0, 0, 0x80, 0x7F, 2, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0b1000}), "codes mean");
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 2, 1, 2, 5, 6, 1, 0, 0, 0, 0, 0}), "codes mean");
  // A pair of A2 of z = 4 under Δ = 1: of codes 4 and 4, even as the first, a quotient of 2 in four bits and one in three.
  CHECK(sentence(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2})).empty());
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 0, 6, 4, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "codes mean");       // no lattice
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 4, 6, 4, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "codes mean");       // no such
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 3, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "codes mean");       // z = 3
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 12, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "codes mean");      // beyond
  refused(file({0, 1, 2, 0, 0, 2, 1, 9, 6, 1, 6, 4, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "codes mean");    // two scales
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 3, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "number of codes");  // of two 3
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 9, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2}), "cut short");        // 9 bytes
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 2, 0, 0, 0, 4, 1, 1, 1, 0, 0, 0, 2}), "as many");       // 2 bytes
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 1, 0, 0, 0, 9, 1, 1, 0, 0, 0, 2}), "do not end");       // code 9
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 1, 0, 0, 0, 5, 1, 1, 0, 0, 0, 2}), "other tables");     // odd
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 1, 0, 0, 0, 5, 0, 4}), "beyond its levels");            // 9 of 0 to 8
  refused(file({0, 1, 2, 0, 0, 0, 9, 6, 1, 6, 4, 1, 1, 0, 0, 0, 4, 1, 1, 0, 0, 0, 2, 0}), "do not end");    // a byte more
  // Of 2²⁸ pairs all first coordinates in one byte.
  refused(file({0, 1, 0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 0, 9, 6, 1, 6, 4, 0x80, 0x80, 0x80, 0x80, 0x01, 1, 0, 0, 0, 4, 0, 0}),
          "as many");
  // 2²³ places for shares.
  refused(file({2, 1, 4, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0x80, 0x3F, 23, 1, 0xFF, 0xFF, 0xFF, 0x03, 0, 0, 0, 0x80, 0, 0, 0, 0}), "table");
}
