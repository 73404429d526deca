#include "tensor/sources.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tensor/math.h"
#include "tensor/source_laws.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

constexpr std::uint64_t kMostWeights = 1'000'000'000;

const SourceLaw* find_law(std::string_view name) {
  for (const SourceLaw& law : source_laws()) {
    if (law.info.name == name) return &law;
  }
  return nullptr;
}

std::string known_names() {
  std::string names;
  for (const SourceInfo& info : sources()) {
    if (!names.empty()) names += ", ";
    names += info.name;
  }
  return names;
}

// A parameter's bound as text; bounds have at most two decimals.
std::string spell_bound(double bound) {
  const long hundredths = std::lround(bound * 100);
  std::string text = std::to_string(hundredths / 100);
  const long rest = hundredths % 100;
  if (rest == 0) return text;
  text += '.';
  text += static_cast<char>('0' + rest / 10);
  if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  return text;
}

Status check(const SourceSpec& spec, const SourceInfo& info) {
  if (spec.count < 1 || spec.count > kMostWeights) {
    return Error{"A source makes from 1 to 1,000,000,000 weights, not " +
                 std::to_string(spec.count) + "."};
  }
  if (!(static_cast<float>(spec.scale) > 0) || !std::isfinite(static_cast<float>(spec.scale))) {
    return Error{"The scale of a source must be a positive number that float32 can hold."};
  }
  if (spec.channels < 1) return Error{"A source needs at least 1 channel."};
  if (spec.parameters.size() > info.parameters.size()) {
    return Error{"The source " + std::string(info.name) + " takes " +
                 std::to_string(info.parameters.size()) +
                 (info.parameters.size() == 1 ? " parameter, not " : " parameters, not ") +
                 std::to_string(spec.parameters.size()) + "."};
  }
  for (std::size_t k = 0; k < spec.parameters.size(); ++k) {
    const SourceParameter& parameter = info.parameters[k];
    const double value = spec.parameters[k];
    if (!(value >= parameter.low && value <= parameter.high)) {
      return Error{"The " + std::string(parameter.name) + " of the source " +
                   std::string(info.name) + " must be from " + spell_bound(parameter.low) + " to " +
                   spell_bound(parameter.high) + "."};
    }
  }
  return {};
}

// The largest divisor of count that is not above `limit`, for count and limit from 1.
std::uint64_t largest_divisor(std::uint64_t count, std::uint64_t limit) {
  std::uint64_t largest = 1;
  for (std::uint64_t d = 1; d * d <= count; ++d) {
    if (count % d != 0) continue;
    if (d <= limit) largest = std::max(largest, d);
    if (count / d <= limit) largest = std::max(largest, count / d);
  }
  return largest;
}

}  // namespace

Result<Source> Source::make(const SourceSpec& spec) {
  const SourceLaw* law = find_law(spec.name);
  if (!law)
    return Error{"There is no source " + quoted(spec.name) + "; there are " + known_names() + "."};
  if (Status status = check(spec, law->info); !status) return Error{status.error()};

  Source source;
  source.law_ = law;
  source.spec_ = spec;
  for (std::size_t k = spec.parameters.size(); k < law->info.parameters.size(); ++k) {
    source.spec_.parameters.push_back(law->info.parameters[k].initial);
  }
  const std::uint64_t rows = largest_divisor(spec.count, spec.channels == 1 ? law->channels : spec.channels);
  source.shape_ = rows == 1 ? Shape{spec.count} : Shape{rows, spec.count / rows};
  return source;
}

void Source::fill(std::uint64_t begin, std::span<float> out) const {
  const std::uint64_t rows = shape_.size() == 1 ? 1 : shape_[0];
  law_->fill({spec_.seed, spec_.count, rows, spec_.scale, spec_.parameters}, begin, out);
}

double Source::differential_entropy_bits() const {
  if (!law_->entropy_nats) return std::numeric_limits<double>::quiet_NaN();
  return law_->entropy_nats(spec_.parameters) * std::numbers::log2e + std::log2(spec_.scale);
}

}  // namespace halfstep
