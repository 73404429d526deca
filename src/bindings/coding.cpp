#include "bindings/coding.h"

namespace halfstep {

Result<Buffer<std::uint8_t>> read_bytes(const val& array) {
  Buffer<std::uint8_t> bytes;
  const auto size = static_cast<std::size_t>(array["length"].as<double>());
  if (!bytes.allocate(size)) return Error{"There is not enough memory to read this file."};
  val(emscripten::typed_memory_view(size, bytes.data())).call<void>("set", array);
  return bytes;
}

val write_lengths(const CodedTensor& coded, std::size_t weights) {
  val o = val::object();
  o.set("bytes", number(coded.size));
  o.set("table_bytes", number(coded.table_bytes));
  o.set("stream_bytes", number(coded.stream_bytes));
  o.set("bits_per_weight", 8 * static_cast<double>(coded.size) / static_cast<double>(weights));
  return o;
}

val write(const CodedTensor& coded, std::size_t weights) {
  val o = write_lengths(coded, weights);
  o.set("bytes", copy("Uint8Array", coded.bytes().data(), coded.size));
  return o;
}

namespace {

val js_coders() {
  val list = val::array();
  for (const std::string_view name : coder_names()) list.call<void>("push", text(name));
  return list;
}

val js_decode(const val& array) {
  const auto bytes = read_bytes(array);
  if (!bytes) return failure(bytes.error());
  const auto decoded = decode_tensor(bytes->span());
  if (!decoded) return failure(decoded.error());
  val answer = val::object();
  answer.set("coder", text(coder_name(decoded->coder)));
  answer.set("shape", numbers(decoded->shape));
  answer.set("codes", copy("Uint16Array", decoded->codes.data(), decoded->codes.size()));
  answer.set("values", copy("Float32Array", decoded->values.data(), decoded->values.size()));
  return answer;
}

}  // namespace

EMSCRIPTEN_BINDINGS(halfstep_coding) {
  emscripten::function("coders", &js_coders);
  emscripten::function("decode", &js_decode);
}

}  // namespace halfstep
