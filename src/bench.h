#pragma once
// The bench: the weights that stand on it, the ones being brought, and the last answers about them.
#include <cstdint>
#include <optional>
#include <span>

#include "coding/coded_tensor.h"
#include "lab.h"
#include "quantizers/blocks.h"
#include "tensor/sources.h"
#include "transform.h"

namespace halfstep {

class Bench {
 public:
  // Makes room for `count` staged weights; the present ones stand. An earlier staging is dropped.
  Status stage(std::uint64_t count);
  // Writes staged weights begin … begin + count − 1 of a source.
  Status stage_source(const SourceSpec& spec, std::uint64_t begin, std::uint64_t count);
  // Decodes whole elements to the staged weights from `begin` on.
  Status stage_bytes(Dtype dtype, bool big_endian, std::uint64_t begin, std::span<const std::uint8_t> bytes);
  // The same for whole blocks.
  Status stage_bytes(const BlockCodec& codec, std::uint64_t begin, std::span<const std::uint8_t> bytes);
  void unstage();
  // The staged weights become the present ones and are examined. On an error the earlier ones stand.
  Status commit(const Shape& shape, bool fortran_order, double closed_form_bits);

  const Weights& weights() const { return weights_; }

  // Builds the sorted index of the present weights, a stretch of work a call; answers the fraction done,
  // 1 when it stands. An error when memory does not allow it: every measure then reads all weights.
  Result<double> index_step();
  // The index, built to its end first if it does not stand yet.
  Result<const SortedIndex*> require_index();
  // The index once it stands, else null.
  const SortedIndex* index() const { return indexed_ >= 1 ? &index_ : nullptr; }

  // The plan and the analysis of a request; the last ones are kept. A plan is of the weights under the request's
  // transform, the noise of an analysis of the weights as they are.
  Result<const Plan*> plan(const Request& request);
  Result<const Analysis*> analyze(const Request& request);
  // The weights that the plan of a request is for; plan() of it went well.
  const Weights& subject(const Request& request) const;
  // The transform of a request, null where it has none; plan() of it went well.
  const Transformed* transformed(const Request& request) const;

  // One value in the place of the first weight, under the transform. An error for formats in blocks.
  Result<Probe> probe(const Request& request, float x);
  // Q of the weights begin … begin + out.size() − 1, with the transform undone.
  Status quantize(const Request& request, std::size_t begin, std::span<float> out);

  // Why the present weights have no coded tensor under this request.
  Status can_code(const Request& request);
  // The present weights as a coded tensor.
  Result<CodedTensor> encode(const Request& request, Coder coder);
  // Whether these bytes decode to the present weights' shape, to every one of their codes, and to the bits of Q.
  // An error when they decode to nothing, and where can_code has one.
  Result<bool> agrees(const Request& request, std::span<const std::uint8_t> bytes);

 private:
  Buffer<float> staged_;
  Weights weights_;
  SortedIndex index_;
  double indexed_ = 0;  // the fraction built
  // Makes what subject() answers.
  Status transform(const Request& request);
  // Of transformed weights made one of the weights as they are.
  Status undo(Analysis& analysis);

  std::optional<Transformed> transformed_;  // the last one
  std::optional<Plan> plan_;
  std::optional<Analysis> analysis_;  // of plan_
};

}  // namespace halfstep
