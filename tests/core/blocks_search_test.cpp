// The search for scales against llama.cpp's, on weights that are hard on it.
#include <doctest/doctest.h>

#include "blocks_patterns.h"

using namespace halfstep;
using namespace blocks_test;

namespace {

constexpr const char* kSearched[] = {"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl"};

// Mean square errors of libggml-base.so of npm's @node-llama-cpp/linux-x64 3.21.1 for kPatterns, 4096 weights each:
// the lesser of quantize_row_*_ref and ggml_quantize_chunk without an importance matrix, dequantized by
// dequantize_row_*.
constexpr struct {
  std::string_view pattern;
  double mse[6];
} kTheirs[] = {
    {"1.2345", {7.84508813e-09, 1.56376387e-08, 3.04164729e-08, 1.25774946e-07, 1.56376387e-08, 6.28439523e-09}},
    {"0.1", {5.25540167e-11, 5.9611921e-10, 4.26854607e-10, 3.18106097e-11, 9.53645213e-09, 3.3184705e-10}},
    {"1", {5.96046448e-08, 0, 1.27216481e-07, 3.11274562e-08, 0, 3.7252903e-09}},
    {"-0.3", {4.10560475e-09, 2.38302178e-09, 5.3661644e-09, 5.3661644e-09, 2.38302178e-09, 1.32746756e-08}},
    {"777", {0.00219726562, 0, 0.00168228149, 0.0379564762, 0, 0.0137329102}},
    {"-0.0123", {5.7556182e-12, 2.00395256e-12, 2.83528756e-12, 2.83528756e-12, 2.00395256e-12, 8.26227975e-13}},
    {"0 1", {2.98023224e-08, 0, 6.36082405e-08, 1.55637281e-08, 0, 3.09981406e-05}},
    {"one-hot", {2.32830644e-10, 0, 4.96939379e-10, 1.21591626e-10, 0, 7.50692561e-06}},
    {"0 or -2.7", {7.45543791e-07, 2.98953784e-07, 4.78068768e-07, 1.10431702e-06, 7.24088289e-11, 0.000230680121}},
    {"-0.7 or 0.7", {1.44940229e-08, 0.00755710063, 4.15217794e-08, 3.82744582e-08, 1.28556665e-05, 0.00158718553}},
    {"three values", {1.05856843e-08, 0.00171107693, 2.99891811e-08, 3.24791336e-05, 2.5942684e-06, 0.000352878461}},
    {"-3 ... 3", {0.287522855, 0.0710346699, 0.00951097976, 2.3827306e-07, 0.000624160362, 0.0153764523}},
    {"bytes", {0.00605009417, 0.00401815701, 0.000283322417, 7.09672312e-05, 5.86718843e-05, 0.00118900849}},
    {"1 + z/64", {0.00175198786, 0.000297954191, 0.000227594821, 8.03765069e-05, 6.43612596e-05, 0.000231337001}},
    {"1 + z/8", {0.00961130232, 0.0065555576, 0.00047788297, 0.000117746383, 9.01972498e-05, 0.00303817246}},
    {"10 + z/128", {0.000546139678, 8.18280165e-05, 0.000777430303, 0.000104003587, 8.26841797e-05, 6.00483542e-05}},
    {"z/16 - 50", {0.00178125887, 0.00481627002, 0.000221449334, 0.000221300361, 0.00438821077, 0.00377018137}},
    {"z, and 1000", {2.45557232, 0.954045422, 0.989111556, 0.944040772, 0.955998547, 61.0748581}},
    {"sparse", {0.00766980801, 9.6635644e-05, 0.000107416669, 5.39435617e-05, 1.92671016e-06, 0.000117865529}},
    {"2^-20 z", {1.28023192e-13, 8.90169922e-13, 9.25245637e-12, 9.2115124e-12, 8.90169922e-13, 8.90169922e-13}},
    {"2^14 z", {21816363.2, 6036499.52, 1291950.16, 337163.565, 81615.3793, 1501636.67}},
    {"alternating", {0.00138053823, 0.0101301874, 0.000896865352, 0.000319283525, 7.01848386e-05, 0.00281576416}},
    {"ramp", {0.000702749436, 0.000385432469, 0.000133289625, 3.39916724e-05, 2.71296799e-05, 0.000721928324}},
};

double mse_of(const char* format, const std::vector<float>& x) {
  const BlockCodec& codec = *find_block_codec(format);
  return mean_square_error(x, decoded(codec, encoded(codec, x)));
}

}  // namespace

TEST_CASE("our search for a block's scales loses to llama.cpp's on no pattern") {
  CHECK(std::size(kTheirs) == std::size(kPatterns));
  for (const auto& theirs : kTheirs) {
    const std::vector<float> x = pattern(theirs.pattern);
    for (std::size_t f = 0; f < std::size(kSearched); ++f) {
      CAPTURE(theirs.pattern);
      CAPTURE(kSearched[f]);
      CHECK(mse_of(kSearched[f], x) <= theirs.mse[f] * (1 + 1e-6));
    }
  }
}

TEST_CASE("a search finds the scales that leave no error, where there are any") {
  const std::vector<float> zeros_and_ones = pattern("0 1"), one_hot = pattern("one-hot");
  for (const char* format : {"q2_k", "q3_k", "q6_k"}) {
    CAPTURE(format);
    CHECK(mse_of(format, zeros_and_ones) == 0);
    CHECK(mse_of(format, one_hot) == 0);
  }
  // All alike and of few bits: some half times whole numbers is every one of them.
  for (const float value : {1.0f, -1.0f, 777.0f, 0.5f, 6.0f}) {
    const std::vector<float> alike(256, value);
    for (const char* format : kSearched) {
      CAPTURE(format);
      CAPTURE(value);
      CHECK(mse_of(format, alike) == 0);
    }
  }
}
