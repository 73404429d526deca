// The table of tensor/, which may not see quantizers/, against the codecs that decode what it lists.
#include <doctest/doctest.h>

#include "quantizers/blocks.h"
#include "tensor/ggml_types.h"
#include "tensor/wording.h"

using namespace halfstep;

TEST_CASE("GGUF: the types it says are decodable are the codecs there are, of the same size") {
  std::size_t blocks = 0;
  for (const GgmlType& type : ggml_types()) {
    if (type.weights == 1) continue;
    CAPTURE(type.name);
    const BlockCodec* codec = find_block_codec(lower_case(type.name));
    CHECK((codec != nullptr) == type.decodable);
    if (!codec) continue;
    ++blocks;
    CHECK(codec->weights == type.weights);
    CHECK(codec->bytes == type.bytes);
  }
  CHECK(blocks == block_codecs().size());
}
