#include "bench.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "blocks_lab.h"
#include "kernels/decode.h"
#include "kernels/transpose.h"
#include "measures/noise_report.h"
#include "theory/noise.h"

namespace halfstep {

namespace {

Error no_room(std::uint64_t count) {
  // Whole numbers alone: printing a double would add 3 KB to what the page downloads.
  const auto megabytes = static_cast<std::uint64_t>(static_cast<double>(count) * sizeof(float) / 1e6 + 0.5);
  const std::uint64_t tenths = (megabytes + 50) / 100;
  const std::string size = megabytes < 1000
                               ? std::to_string(megabytes) + " MB"
                               : std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
  return {"This tensor needs " + size + " of memory as float32, more than is to be had here."};
}

bool inside(std::uint64_t begin, std::uint64_t count, std::uint64_t size) {
  return begin <= size && count <= size - begin;
}

Error outside() { return {"These weights lie outside the tensor being loaded."}; }

}  // namespace

Status Bench::stage(std::uint64_t count) {
  unstage();
  if (count > SIZE_MAX / sizeof(float) || !staged_.allocate(static_cast<std::size_t>(count))) return no_room(count);
  return {};
}

Status Bench::stage_source(const SourceSpec& spec, std::uint64_t begin, std::uint64_t count) {
  const Result<Source> source = Source::make(spec);
  if (!source) return Error{source.error()};
  if (!inside(begin, count, staged_.size())) return outside();
  source->fill(begin, staged_.span().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)));
  return {};
}

Status Bench::stage_bytes(Dtype dtype, bool big_endian, std::uint64_t begin, std::span<const std::uint8_t> bytes) {
  const std::size_t count = bytes.size() / dtype_bytes(dtype);
  if (!inside(begin, count, staged_.size())) return outside();
  return decode(dtype, big_endian, bytes, staged_.span().subspan(static_cast<std::size_t>(begin), count));
}

Status Bench::stage_bytes(const BlockCodec& codec, std::uint64_t begin, std::span<const std::uint8_t> bytes) {
  const std::size_t size = static_cast<std::size_t>(codec.bytes), blocks = bytes.size() / size;
  if (bytes.size() % size != 0) return Error{"These bytes are not whole blocks of the tensor being loaded."};
  if (!inside(begin, static_cast<std::uint64_t>(blocks) * static_cast<unsigned>(codec.weights), staged_.size())) {
    return outside();
  }
  codec.decode(bytes.data(), blocks, staged_.data() + static_cast<std::size_t>(begin));
  return {};
}

void Bench::unstage() { staged_ = Buffer<float>(); }

Status Bench::commit(const Shape& shape, bool fortran_order, double closed_form_bits) {
  const Result<std::uint64_t> count = element_count(shape);
  if (!count) return Error{count.error()};
  if (count.value() != staged_.size()) return Error{"The shape does not hold as many weights as were loaded."};
  Weights next;
  if (fortran_order && shape.size() > 1) {
    if (!next.values.allocate(staged_.size())) return no_room(staged_.size());
    fortran_to_c(staged_.span(), shape, next.values.span());
    unstage();
  } else {
    next.values = std::move(staged_);
    staged_ = Buffer<float>();
  }
  next.shape = shape;
  if (Status examined = examine(next, closed_form_bits); !examined) return examined;
  weights_ = std::move(next);
  index_ = SortedIndex();
  indexed_ = 0;
  transformed_.reset();
  plan_.reset();
  analysis_.reset();
  return {};
}

Result<double> Bench::index_step() {
  if (indexed_ >= 1) return 1.0;
  if (indexed_ == 0) {
    if (Status begun = index_.begin(weights_.x()); !begun) return Error{begun.error()};
  }
  indexed_ = index_.advance();
  return indexed_;
}

Result<const SortedIndex*> Bench::require_index() {
  for (;;) {
    const Result<double> done = index_step();
    if (!done) return Error{done.error()};
    if (done.value() >= 1) return &index_;
  }
}

Status Bench::transform(const Request& request) {
  const Transform& wanted = request.transform;
  if (wanted.kind == TransformKind::None) return {};
  if (transformed_ && transformed_->is_of(wanted, request.seed)) return {};
  plan_.reset();
  transformed_.reset();
  Result<Transformed> made = Transformed::make(weights_, wanted, request.seed);
  if (!made) return Error{made.error()};
  transformed_ = std::move(made.value());
  return {};
}

const Weights& Bench::subject(const Request& request) const {
  return request.transform.kind == TransformKind::None ? weights_ : transformed_->weights();
}

const Transformed* Bench::transformed(const Request& request) const {
  return request.transform.kind == TransformKind::None ? nullptr : &*transformed_;
}

Result<const Plan*> Bench::plan(const Request& request) {
  if (plan_ && plan_->request == request) return &*plan_;
  const Result<const FormatRow*> format = find_format(request.format);
  const bool plain = request.transform.kind == TransformKind::None;
  if (format && format.value()->design && plain) {
    if (const auto index = require_index(); !index) return Error{index.error()};
  }
  // A search of the range sorts once and reads all the weights no more; without memory for that it reads them for each try.
  if (request.range.rule == RangeRule::Mse && request.granularity.kind == GranularityKind::Tensor &&
      !is_random(request.rounding) && plain && weights_.finite() > 0) {
    static_cast<void>(require_index());
  }
  if (Status ready = transform(request); !ready) return Error{ready.error()};
  Result<Plan> made = make_plan(subject(request), request, plan_ ? &*plan_ : nullptr, plain ? index() : nullptr);
  if (!made) return Error{made.error()};
  plan_ = std::move(made.value());
  analysis_.reset();
  return &*plan_;
}

Result<const Analysis*> Bench::analyze(const Request& request) {
  const Result<const Plan*> ready = plan(request);
  if (!ready) return Error{ready.error()};
  if (analysis_) return &*analysis_;
  const bool plain = request.transform.kind == TransformKind::None;
  Analysis analysis = halfstep::analyze(subject(request), *ready.value(), plain ? index() : nullptr);
  if (!plain) {
    if (Status undone = undo(analysis); !undone) return Error{undone.error()};
  }
  analysis_ = std::move(analysis);
  return &*analysis_;
}

Status Bench::undo(Analysis& analysis) {
  const double n = static_cast<double>(weights_.finite()), count = static_cast<double>(weights_.x().size());
  // What stands for weights that are not finite would be measured as weights of 0.
  if (n == 0) analysis = halfstep::analyze(weights_, *plan_);
  Report& report = analysis.report;
  report.quantizer.bits_per_weight += transformed_->stored_bits() / count;
  report.quantizer.bytes += transformed_->stored_bits() / 8;
  if (n == 0) return {};
  report.tensor = weights_.statistics;
  if (!weights_.all_finite()) report.prediction.conditions.insert(report.prediction.conditions.begin(), "nonfinite");
  const std::size_t stretch = std::max<std::size_t>(transformed_->block(), 1 << 14);
  Buffer<float> q;
  if (!q.allocate(std::min(stretch, weights_.x().size()))) return Error{"There is not enough memory left to undo the transform."};
  std::uint64_t lost = 0;
  const auto sums_about = [&](Means means) {
    NoiseSums sums;
    lost = 0;
    sums.about = means;
    for (std::size_t begin = 0; begin < weights_.x().size(); begin += stretch) {
      const std::span<float> values = q.span().first(std::min(stretch, weights_.x().size() - begin));
      halfstep::quantize(transformed_->weights(), *plan_, begin, values);
      transformed_->undo(begin, values);
      each_finite_run(weights_.x(), begin, begin + values.size(), weights_.all_finite(), [&](std::size_t first, std::size_t some) {
        kernels().difference(weights_.x().data() + first, values.data() + (first - begin), some, sums);
        lost += kernels().nonfinite(values.data() + (first - begin), some);
      });
    }
    return sums;
  };
  // What is counted in steps and by the range stays as it was under the transform; a bound and a part of the mse in
  // its units would stand beside numbers in the weights'.
  const NoiseReport under = report.noise;
  const NoiseSums sums = sums_about({});
  report.noise = noise_report(weights_.statistics, sums, n, lost);
  if (cancels(weights_.statistics, report.noise, double_loss(n))) {
    recentre(weights_.statistics, sums_about({report.tensor.mean, report.noise.bias}), n, report.noise);
  }
  report.noise.max_error_in_steps = under.max_error_in_steps;
  report.noise.granular_max_error_in_steps = under.granular_max_error_in_steps;
  report.noise.bound_in_steps = under.bound_in_steps;
  report.noise.overload = under.overload;
  // A rotation leaves Σn² as it is, whose part this is then too.
  if (transformed_->is_rotation()) report.noise.overload_mse = under.overload_mse;
  report.prediction.mse *= transformed_->error_factor();
  report.prediction.snr_db = theory::snr_db(report.tensor.rms * report.tensor.rms, report.prediction.mse);
  return {};
}

Status Bench::quantize(const Request& request, std::size_t begin, std::span<float> out) {
  const Result<const Plan*> ready = plan(request);
  if (!ready) return Error{ready.error()};
  const std::size_t count = weights_.x().size(), end = begin + out.size();
  if (request.transform.kind == TransformKind::None) {
    halfstep::quantize(weights_, *ready.value(), begin, out);
    return {};
  }
  const std::size_t block = transformed_->block();
  Buffer<float> values;
  const std::size_t from = begin / block * block, to = std::min((end + block - 1) / block * block, count);
  if (!values.allocate(to - from)) return Error{"There is not enough memory left to undo the transform."};
  halfstep::quantize(transformed_->weights(), *ready.value(), from, values.span());
  transformed_->undo(from, values.span());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = std::isfinite(weights_.x()[begin + i]) ? values[begin + i - from] + 0.0f : 0.0f;
  }
  return {};
}

Result<Probe> Bench::probe(const Request& request, float x) {
  const Result<const Plan*> ready = plan(request);
  if (!ready) return Error{ready.error()};
  if (weights_.x().empty()) return Error{"There is no weight on the bench to try."};
  const Plan& made = *ready.value();
  if (made.in_blocks()) {
    return Error{"In the format " + request.format + " what becomes of a weight depends on its neighbours: one alone is not tried."};
  }
  return halfstep::probe(made, x);
}

Status Bench::can_code(const Request& request) {
  const Result<const Plan*> ready = plan(request);
  if (!ready) return Error{ready.error()};
  return halfstep::can_code(subject(request), *ready.value());
}

Result<CodedTensor> Bench::encode(const Request& request, Coder coder) {
  const Result<const Plan*> ready = plan(request);
  if (!ready) return Error{ready.error()};
  const Transformed* under = transformed(request);
  return encode_tensor(subject(request), *ready.value(), coder, under ? under->factors() : std::span<const float>());
}

Result<bool> Bench::agrees(const Request& request, std::span<const std::uint8_t> bytes) {
  const Result<const Plan*> ready = plan(request);
  if (!ready) return Error{ready.error()};
  if (Status able = halfstep::can_code(subject(request), *ready.value()); !able) return Error{able.error()};
  const Result<DecodedTensor> decoded = decode_tensor(bytes);
  if (!decoded) return Error{decoded.error()};
  if (decoded->shape != weights_.shape) return false;
  const Result<Buffer<std::uint16_t>> codes = codes_of(subject(request), *ready.value());
  if (!codes) return Error{codes.error()};
  if (!std::equal(codes->span().begin(), codes->span().end(), decoded->codes.span().begin(), decoded->codes.span().end())) {
    return false;
  }
  const Transformed* under = transformed(request);
  const std::size_t stretch = std::max<std::size_t>(under ? under->block() : 1, 1 << 14), count = weights_.x().size();
  Buffer<float> values;
  if (!values.allocate(std::min(stretch, count))) return Error{"There is not enough memory left to compare the weights."};
  for (std::size_t at = 0; at < count; at += stretch) {
    const std::span<float> q = values.span().first(std::min(stretch, count - at));
    if (Status quantized = quantize(request, at, q); !quantized) return Error{quantized.error()};
    for (std::size_t i = 0; i < q.size(); ++i) {
      // What is stored for NaN is the code of 0, and Q(0) may be another level; under a transform for ±∞ too.
      const float x = weights_.x()[at + i];
      if (under ? !std::isfinite(x) : std::isnan(x)) q[i] = decoded->values[at + i];
    }
    if (std::memcmp(q.data(), &decoded->values[at], q.size_bytes()) != 0) return false;
  }
  return true;
}

}  // namespace halfstep
