#include "bindings/directory.h"

#include "tensor/directory.h"

namespace halfstep {

namespace {

val write(const TensorEntry& entry) {
  val o = val::object();
  o.set("name", entry.name);
  o.set("dtype", entry.stored_dtype);
  o.set("shape", numbers(entry.shape));
  o.set("count", number(entry.count));
  o.set("decodable", entry.decodable);
  o.set("reason", entry.decodable ? std::string() : why_undecodable(entry));
  o.set("begin", number(entry.begin));
  o.set("end", number(entry.end));
  o.set("block_weights", entry.block_weights);
  o.set("big_endian", entry.big_endian);
  o.set("fortran_order", entry.fortran_order);
  return o;
}

}  // namespace

val js_directory(const std::string& head, double file_bytes, const std::string& file_name) {
  const auto directory = read_directory(as_bytes(head), static_cast<std::uint64_t>(file_bytes), file_name);
  if (!directory) return failure(directory.error());
  val answer = val::object();
  if (directory->need > 0) {
    answer.set("need", number(directory->need));
    return answer;
  }
  val entries = val::array();
  for (const TensorEntry& entry : directory->entries) entries.call<void>("push", write(entry));
  answer.set("entries", entries);
  return answer;
}

}  // namespace halfstep
