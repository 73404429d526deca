#pragma once
// Coded tensors for tests: of any request, checked against what the lab makes of the same weights.
#include <doctest/doctest.h>

#include <cstring>
#include <optional>

#include "coding/coded_tensor.h"
#include "coding/crc32.h"
#include "inputs.h"
#include "lab.h"
#include "staged.h"
#include "transform.h"

namespace coded {

using namespace halfstep;
using Bytes = std::vector<std::uint8_t>;

inline constexpr Coder kCoders[] = {Coder::Fixed, Coder::Huffman, Coder::Rans};

inline Request ask(const std::string& format, int bits, const std::string& granularity = "tensor",
                   const std::string& range = "absmax", Rounding rounding = Rounding::Nearest) {
  return {format, bits, parse_range(range).value(), parse_granularity(granularity).value(), rounding, 1};
}

// Weights with a plan of them, under the transform of the request.
class Planned {
 public:
  Planned(const Weights& weights, const Request& request) : weights_(weights) {
    if (request.transform.kind != TransformKind::None) {
      Result<Transformed> made = Transformed::make(weights, request.transform, request.seed);
      REQUIRE(made.ok());
      under_ = std::move(made.value());
    }
    SortedIndex index;
    REQUIRE(index.begin(subject().x()).ok());
    while (index.advance() < 1) {
    }
    Result<Plan> plan = make_plan(subject(), request, nullptr, &index);
    REQUIRE(plan.ok());
    plan_ = std::move(plan.value());
  }

  const Plan& plan() const { return *plan_; }
  const Weights& subject() const { return under_ ? under_->weights() : weights_; }
  Result<CodedTensor> encode(Coder coder) const {
    return encode_tensor(subject(), plan(), coder, under_ ? under_->factors() : std::span<const float>());
  }
  // What the lab measures the noise of.
  std::vector<float> quantized() const {
    std::vector<float> q(weights_.x().size());
    quantize(subject(), plan(), 0, q);
    if (under_) {
      under_->undo(0, q);
      for (float& value : q) value += 0.0f;
    }
    return q;
  }

 private:
  const Weights& weights_;
  std::optional<Transformed> under_;
  std::optional<Plan> plan_;
};

inline Bytes encoded(const Weights& weights, const Request& request, Coder coder) {
  const auto coded = Planned(weights, request).encode(coder);
  REQUIRE(coded.ok());
  return {coded->bytes().begin(), coded->bytes().end()};
}

inline void check_round_trip(const Weights& weights, const Request& request) {
  const Planned planned(weights, request);
  CAPTURE(request.format);
  CAPTURE(request.bits);
  CAPTURE(weights.x().size());
  const std::vector<float> q = planned.quantized();
  const auto codes = codes_of(planned.subject(), planned.plan());
  REQUIRE(codes.ok());
  for (const Coder coder : kCoders) {
    CAPTURE(coder_name(coder));
    const auto coded = planned.encode(coder);
    REQUIRE(coded.ok());
    // A copy of just these bytes, so that a read beyond them is seen.
    const Bytes bytes(coded->bytes().begin(), coded->bytes().end());
    const auto decoded = decode_tensor(bytes);
    REQUIRE(decoded.ok());
    CHECK(decoded->coder == coder);
    REQUIRE(decoded->shape == weights.shape);
    REQUIRE(std::equal(q.begin(), q.end(), decoded->values.data(), decoded->values.data() + decoded->values.size(),
                       [](float a, float b) { return std::memcmp(&a, &b, 4) == 0; }));
    REQUIRE(std::equal(codes->data(), codes->data() + codes->size(), decoded->codes.data(),
                       decoded->codes.data() + decoded->codes.size()));
    CHECK(coded->table_bytes + coded->stream_bytes + 12 < bytes.size());
  }
}

inline std::string sentence(std::span<const std::uint8_t> bytes) {
  const auto decoded = decode_tensor(bytes);
  return decoded.ok() ? "" : decoded.error();
}

inline bool is_sentence(const std::string& text) {
  return text.size() > 10 && text.size() < 200 && text.back() == '.' && text.find('\n') == std::string::npos;
}

// The bytes with a check sum that is right, so that what is within is looked at.
inline Bytes sealed(Bytes bytes) {
  const std::uint32_t crc = crc32(std::span(bytes).first(bytes.size() - 4));
  store_word(&bytes[bytes.size() - 4], crc);
  return bytes;
}

// A file of these parts in front of its check sum.
inline Bytes file(std::initializer_list<std::uint8_t> rest) {
  Bytes bytes{'H', 'A', 'L', 'F', 'S', 'T', 'Q', '3'};
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  bytes.insert(bytes.end(), 4, 0);
  return sealed(bytes);
}

}  // namespace coded
