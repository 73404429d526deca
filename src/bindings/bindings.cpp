// The core as JavaScript sees it (web/core/module.ts): plain objects in and out, every array a copy.
#include <emscripten/bind.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <optional>

#include "bench.h"
#include "bindings/coding.h"
#include "bindings/directory.h"
#include "bindings/dither.h"
#include "bindings/heat.h"
#include "bindings/reports.h"
#include "bindings/requests.h"
#include "bindings/segments.h"
#include "quantizers/ecsq.h"
#include "quantizers/optimal.h"
#include "quantizers/range_scan.h"
#include "tensor/wording.h"
#include "theory/optimal_uniform.h"
#include "theory/rate.h"

namespace halfstep {

namespace {

val success(const Status& status) {
  if (!status) return failure(status.error());
  val answer = val::object();
  answer.set("ok", true);
  return answer;
}

val js_optimal_uniform(const std::string& law, int levels) {
  const auto optimum = theory::optimal_uniform(law, static_cast<std::size_t>(std::max(levels, 0)));
  if (!optimum) return failure(optimum.error());
  val o = val::object();
  o.set("step", optimum->step);
  o.set("mse", optimum->mse);
  o.set("snr_db", optimum->snr_db);
  o.set("entropy_bits", optimum->entropy_bits);
  return o;
}

// Bench with JavaScript's types.
class JsBench {
 public:
  val stage(double count) { return success(bench_.stage(static_cast<std::uint64_t>(count))); }
  val stage_source(const val& spec, double begin, double count) {
    return success(bench_.stage_source(read_source(spec), static_cast<std::uint64_t>(begin),
                                       static_cast<std::uint64_t>(count)));
  }
  val stage_bytes(const std::string& dtype, bool big_endian, double begin, const std::string& bytes) {
    const auto type = parse_dtype(dtype);
    if (!type) {
      const BlockCodec* codec = find_block_codec(lower_case(dtype));
      if (!codec) return failure(type.error());
      return success(bench_.stage_bytes(*codec, static_cast<std::uint64_t>(begin), as_bytes(bytes)));
    }
    return success(bench_.stage_bytes(type.value(), big_endian, static_cast<std::uint64_t>(begin), as_bytes(bytes)));
  }
  void unstage() { bench_.unstage(); }

  val commit(const val& dimensions, bool fortran_order, const val& spec) {
    double closed_form_bits = kMeaningless;
    Shape shape;
    if (spec.isNull()) {
      shape = read_shape(dimensions);
    } else {
      const auto source = Source::make(read_source(spec));
      if (!source) return failure(source.error());
      closed_form_bits = source->differential_entropy_bits();
      shape = source->shape();
    }
    const Status done = bench_.commit(shape, fortran_order, closed_form_bits);
    if (!done) return failure(done.error());
    optimal_.reset();  // it looks at the index of the weights before
    val answer = val::object();
    answer.set("shape", numbers(shape));
    answer.set("tensor", write(bench_.weights().statistics));
    return answer;
  }

  val index_step() {
    const auto done = bench_.index_step();
    if (!done) return failure(done.error());
    val answer = val::object();
    answer.set("done", done.value());
    return answer;
  }

  val analyze(const val& words) {
    const auto analysis = ask(words);
    if (!analysis) return failure(analysis.error());
    return write(analysis.value()->report);
  }

  // The same report by one way: "scalar", "simd" or "index". For the race; nothing is kept.
  val analyze_by(const val& words, const std::string& way) {
    const auto plan = ready(words);
    if (!plan) return failure(plan.error());
    const SortedIndex* index = nullptr;
    if (way == "index") {
      const auto stands = bench_.require_index();
      if (!stands) return failure(stands.error());
      index = stands.value();
    }
    const Analysis analysis = halfstep::analyze(bench_.subject(plan.value()->request), *plan.value(), index,
                                                way == "scalar" ? scalar_kernels() : simd_kernels());
    return write(analysis.report);
  }

  // Frames of Lloyd's iteration on `levels` levels from even ones, at most `most`: levels, edges and mse of each.
  val lloyd_frames(int levels, int most) {
    const auto index = indexed();
    if (!index) return failure(index.error());
    val frames = val::array();
    std::vector<double> place = lloyd_start(*index.value(), static_cast<std::size_t>(levels), LloydStart::Even);
    for (int i = 0; i < most; ++i) {
      frames.call<void>("push", write(evaluate(*index.value(), nearest_codebook(place))));
      std::vector<double> next = lloyd_step(*index.value(), place);
      if (next == place) break;
      place = std::move(next);
    }
    val answer = val::object();
    answer.set("frames", frames);
    return answer;
  }

  // Lloyd–Max of any number of levels, or ECSQ at a rate in bits per weight.
  val design(const std::string& format, double size) {
    const auto index = indexed();
    if (!index) return failure(index.error());
    const auto row = find_format(format);
    if (!row) return failure(row.error());
    if (!row.value()->design) return failure("The levels of the format " + format + " are not designed on weights.");
    if (row.value()->entropy_coded) return write(ecsq(*index.value(), size));
    return write(lloyd_max(*index.value(), static_cast<std::size_t>(size)));
  }

  // The optimal codebook, a row of its table a call: begin, step until done is 1, then take it.
  val optimal_begin(int levels) {
    const auto index = indexed();
    if (!index) return failure(index.error());
    const Status begun = optimal_.emplace().begin(*index.value(), static_cast<std::size_t>(levels));
    if (!begun) optimal_.reset();
    return success(begun);
  }
  val optimal_step() {
    if (!optimal_) return failure(kNoDesign);
    val answer = val::object();
    answer.set("done", optimal_->advance());
    return answer;
  }
  val optimal_design() {
    if (!optimal_) return failure(kNoDesign);
    const Design design = optimal_->design();
    val answer = write(design);
    answer.set("points", number(optimal_->points()));
    answer.set("merge_mse", optimal_->merge_mse());
    answer.set("least_mse", optimal_->least_mse(design.mse));
    optimal_.reset();
    return answer;
  }

  // The noise of the quantizer at `count` ranges from max|x|/1024 to 2·max|x|; none where the format has no range.
  val range_scan(const val& words, int count) {
    const auto request = read_request(words);
    if (!request) return failure(request.error());
    const auto format = find_format(request->format);
    if (!format) return failure(format.error());
    const auto stands = bench_.require_index();
    if (!stands) return failure(stands.error());
    const TensorReport& weights = bench_.weights().statistics;
    const double absmax = std::max(-weights.min, weights.max);
    val points = val::array();
    if (absmax > 0) {
      const double to = std::min(2 * absmax, static_cast<double>(FLT_MAX));
      for (const RangePoint& point : halfstep::range_scan(*stands.value(), *format.value(), request.value(),
                                                          absmax / 1024, to, static_cast<std::size_t>(count))) {
        val o = val::object();
        o.set("range", point.range);
        o.set("mse", point.mse);
        o.set("granular_mse", point.granular_mse);
        o.set("overload_mse", point.overload_mse);
        o.set("snr_db", point.snr_db);
        points.call<void>("push", o);
      }
    }
    val answer = val::object();
    answer.set("points", points);
    return answer;
  }

  // The operational curve of entropy-constrained quantization up to `highest_rate` bits per weight.
  val ecsq_curve(double highest_rate) {
    const auto index = indexed();
    if (!index) return failure(index.error());
    val designs = val::array();
    for (const Design& design : halfstep::ecsq_curve(*index.value(), highest_rate)) {
      designs.call<void>("push", write(design));
    }
    val answer = val::object();
    answer.set("designs", designs);
    return answer;
  }

  // The least mse at a rate: of a normal law of the weights' variance, and Shannon's lower bound from their h; and what
  // scalar cells lose to it at high rate.
  val limit(double rate) const {
    const Weights& weights = bench_.weights();
    val o = val::object();
    o.set("rate", rate);
    o.set("gaussian_mse", theory::gaussian_distortion(weights.statistics.std * weights.statistics.std, rate));
    o.set("shannon_mse", theory::shannon_distortion(weights.differential_bits, rate));
    o.set("scalar_db", theory::scalar_gap_db());
    o.set("scalar_bits", theory::scalar_gap_bits());
    return o;
  }

  val weight_histogram(int count) {
    std::vector<std::uint32_t> counts(static_cast<std::size_t>(count));
    const TensorReport& s = bench_.weights().statistics;
    Bins bins{-1, 1, counts, 0, 0};
    if (s.min < s.max) {
      // The last bin is open above; a hair of room puts the largest weight into it.
      bins.low = s.min;
      bins.high = s.max + (s.max - s.min) * 1e-9;
    } else if (s.min == s.max) {
      bins.low = s.min - 1;
      bins.high = s.max + 1;
    }
    halfstep::weight_histogram(bench_.weights(), bins);
    return write(bins);
  }

  val noise_histogram(const val& words, double low, double high, int count) {
    const auto plan = ready(words);
    if (!plan) return failure(plan.error());
    std::vector<std::uint32_t> counts(static_cast<std::size_t>(count));
    Bins bins{low, high, counts, 0, 0};
    halfstep::noise_histogram(bench_.subject(plan.value()->request), *plan.value(), bins);
    return write(bins);
  }

  val noise_by_place(const val& words, int count) {
    const auto plan = ready(words);
    if (!plan) return failure(plan.error());
    return write_by_place(bench_.subject(plan.value()->request), *plan.value(), count);
  }

  val levels(const val& words) {
    const auto analysis = ask(words);
    if (!analysis) return failure(analysis.error());
    const std::vector<Level> all = halfstep::levels(*ready(words).value(), *analysis.value());
    std::vector<std::int32_t> codes;
    std::vector<double> values, edges, counts;
    for (const Level& level : all) {
      codes.push_back(level.code);
      values.push_back(level.value);
      edges.push_back(level.edge);
      counts.push_back(level.count);
    }
    const Beyond past = beyond(*ready(words).value());
    if (!all.empty()) edges.push_back(past.edge);
    val answer = val::object();
    answer.set("codes", copy("Int32Array", codes.data(), codes.size()));
    answer.set("values", floats(values));
    answer.set("edges", floats(edges));
    answer.set("counts", floats(counts));
    if (std::isfinite(past.edge)) answer.set("beyond", past.value);
    return answer;
  }

  val probe(const val& words, double x) {
    const auto request = read_request(words);
    if (!request) return failure(request.error());
    const float weight = static_cast<float>(x);
    const auto probed = bench_.probe(request.value(), weight);
    if (!probed) return failure(probed.error());
    const Probe& answer = probed.value();
    val o = val::object();
    o.set("x", static_cast<double>(weight));
    o.set("code", answer.code);
    o.set("quantized", answer.quantized);
    o.set("noise", answer.noise);
    return o;
  }

  // The weights of one scale, one by one, under the transform.
  val segment(const val& words, double index) {
    const auto plan = ready(words);
    if (!plan) return failure(plan.error());
    const auto seen =
        halfstep::segment(bench_.subject(plan.value()->request), *plan.value(), static_cast<std::size_t>(index));
    return seen ? write(seen.value()) : failure(seen.error());
  }

  // The weights as a matrix, in at most so many cells.
  val heat_map(const val& words, int down, int across) {
    const auto plan = ready(words);
    if (!plan) return failure(plan.error());
    if (down < 1 || across < 1) return failure("A heat map has at least one cell.");
    const Plan& made = *plan.value();
    const auto map = halfstep::heat_map(bench_.weights(), made, bench_.transformed(made.request),
                                        static_cast<std::size_t>(down), static_cast<std::size_t>(across));
    return map ? write(map.value()) : failure(map.error());
  }

  val weights(double begin, double count) {
    const auto stretch = slice(begin, count);
    if (!stretch) return failure(stretch.error());
    return values(stretch.value());
  }

  val quantize(const val& words, double begin, double count) {
    const auto request = read_request(words);
    if (!request) return failure(request.error());
    const auto stretch = slice(begin, count);
    if (!stretch) return failure(stretch.error());
    Buffer<float> out;
    if (!out.allocate(stretch->size())) return failure("There is not enough memory for the quantized weights.");
    const Status done = bench_.quantize(request.value(), static_cast<std::size_t>(begin), out.span());
    if (!done) return failure(done.error());
    return values(out.span());
  }

  // Why there is no coded tensor, or ok.
  val can_code(const val& words) {
    const auto request = read_request(words);
    return success(request ? bench_.can_code(request.value()) : Status(Error{request.error()}));
  }

  // The weights as a coded tensor.
  val encode(const val& words, const std::string& coder) {
    const auto coded = code(words, coder);
    if (!coded) return failure(coded.error());
    return write(coded.value(), bench_.weights().x().size());
  }

  // Whether these bytes decode to the weights' codes and to Q of every one.
  val agrees(const val& words, const val& array) {
    const auto request = read_request(words);
    if (!request) return failure(request.error());
    const auto bytes = read_bytes(array);
    if (!bytes) return failure(bytes.error());
    const auto agree = bench_.agrees(request.value(), bytes->span());
    if (!agree) return failure(agree.error());
    val answer = val::object();
    answer.set("agree", agree.value());
    return answer;
  }

  // How long the coded tensor is, and whether it decodes to what was coded.
  val check(const val& words, const std::string& coder) {
    const auto coded = code(words, coder);
    if (!coded) return failure(coded.error());
    const auto agree = bench_.agrees(read_request(words).value(), coded->bytes());
    if (!agree) return failure(agree.error());
    val answer = write_lengths(coded.value(), bench_.weights().x().size());
    answer.set("agree", agree.value());
    return answer;
  }

 private:
  Result<CodedTensor> code(const val& words, const std::string& name) {
    const auto request = read_request(words);
    if (!request) return Error{request.error()};
    const auto coder = parse_coder(name);
    if (!coder) return Error{coder.error()};
    return bench_.encode(request.value(), coder.value());
  }
  Result<const Plan*> ready(const val& words) {
    const auto request = read_request(words);
    if (!request) return Error{request.error()};
    return bench_.plan(request.value());
  }
  Result<const SortedIndex*> indexed() {
    auto index = bench_.require_index();
    if (index && index.value()->size() == 0) return Error{"There is no finite weight to design a quantizer for."};
    return index;
  }
  Result<const Analysis*> ask(const val& words) {
    const auto request = read_request(words);
    if (!request) return Error{request.error()};
    return bench_.analyze(request.value());
  }
  Result<std::span<const float>> slice(double begin, double count) {
    const std::span<const float> x = bench_.weights().x();
    const double size = static_cast<double>(x.size());
    if (!(begin >= 0 && count >= 0 && begin + count <= size)) return Error{"These weights lie outside the tensor."};
    return x.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
  }
  static val values(std::span<const float> x) {
    val answer = val::object();
    answer.set("values", copy("Float32Array", x.data(), x.size()));
    return answer;
  }

  static constexpr const char* kNoDesign = "No design of the present weights was begun.";

  Bench bench_;
  std::optional<OptimalDesigner> optimal_;  // of the present weights
};

EMSCRIPTEN_BINDINGS(halfstep) {
  emscripten::function("directory", &js_directory);
  emscripten::function("optimal_uniform", &js_optimal_uniform);
  emscripten::class_<JsBench>("Bench")
      .constructor<>()
      .function("stage", &JsBench::stage)
      .function("stage_source", &JsBench::stage_source)
      .function("stage_bytes", &JsBench::stage_bytes)
      .function("unstage", &JsBench::unstage)
      .function("commit", &JsBench::commit)
      .function("index_step", &JsBench::index_step)
      .function("analyze", &JsBench::analyze)
      .function("analyze_by", &JsBench::analyze_by)
      .function("lloyd_frames", &JsBench::lloyd_frames)
      .function("design", &JsBench::design)
      .function("optimal_begin", &JsBench::optimal_begin)
      .function("optimal_step", &JsBench::optimal_step)
      .function("optimal_design", &JsBench::optimal_design)
      .function("range_scan", &JsBench::range_scan)
      .function("ecsq_curve", &JsBench::ecsq_curve)
      .function("limit", &JsBench::limit)
      .function("weight_histogram", &JsBench::weight_histogram)
      .function("noise_histogram", &JsBench::noise_histogram)
      .function("noise_by_place", &JsBench::noise_by_place)
      .function("levels", &JsBench::levels)
      .function("probe", &JsBench::probe)
      .function("segment", &JsBench::segment)
      .function("heat_map", &JsBench::heat_map)
      .function("weights", &JsBench::weights)
      .function("quantize", &JsBench::quantize)
      .function("can_code", &JsBench::can_code)
      .function("encode", &JsBench::encode)
      .function("agrees", &JsBench::agrees)
      .function("check", &JsBench::check);
}

}  // namespace

}  // namespace halfstep
