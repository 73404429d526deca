#include "bindings/requests.h"

#include <string>

namespace halfstep {

namespace {

// A seed is a whole number up to 2^53.
std::uint64_t read_count(const val& value) { return static_cast<std::uint64_t>(value.as<double>()); }

}  // namespace

Shape read_shape(const val& array) {
  Shape shape;
  for (const double dimension : emscripten::vecFromJSArray<double>(array)) {
    shape.push_back(static_cast<std::uint64_t>(dimension));
  }
  return shape;
}

Result<Request> read_request(const val& words) {
  Request request;
  request.format = words["format"].as<std::string>();
  request.bits = words["bits"].as<int>();
  request.seed = read_count(words["seed"]);
  const auto range = parse_range(words["range"].as<std::string>());
  if (!range) return Error{range.error()};
  const auto granularity = parse_granularity(words["granularity"].as<std::string>());
  if (!granularity) return Error{granularity.error()};
  const auto rounding = parse_rounding(words["rounding"].as<std::string>());
  if (!rounding) return Error{rounding.error()};
  const auto transform = parse_transform(words["transform"].as<std::string>());
  if (!transform) return Error{transform.error()};
  const auto scale = parse_scale(words["scale_type"].as<std::string>());
  if (!scale) return Error{scale.error()};
  const auto overflow = parse_overflow(words["overflow"].as<std::string>());
  if (!overflow) return Error{overflow.error()};
  request.range = range.value();
  request.granularity = granularity.value();
  request.rounding = rounding.value();
  request.scale = scale.value();
  request.transform = transform.value();
  request.overflow = overflow.value();
  request.exponent_bits = words["exponent_bits"].as<int>();
  request.levels = words["codebook"].as<std::string>();
  return request;
}

SourceSpec read_source(const val& spec) {
  return {spec["name"].as<std::string>(), read_count(spec["count"]),
          read_count(spec["seed"]), spec["scale"].as<double>(),
          read_count(spec["channels"]), emscripten::vecFromJSArray<double>(spec["parameters"])};
}

}  // namespace halfstep
