#pragma once
// Canonical Huffman codes: the best code that spends whole bits on each symbol.
// Huffman (1952); canonical order as in Schwartz & Kallick (1964).
#include <cstdint>
#include <span>
#include <vector>

#include "coding/bytes.h"

namespace halfstep {

// The length in bits of each symbol's code, 0 where the count is 0; a lone symbol takes 1 bit.
// At most 45 for counts that sum below 2³². At most 2¹⁶ symbols.
std::vector<std::uint32_t> huffman_lengths(std::span<const std::uint32_t> counts);

// The codes themselves, right-aligned: those of one length are consecutive, in the symbols' order.
std::vector<std::uint64_t> huffman_words(std::span<const std::uint32_t> lengths);

// Bits that all the codes take together.
std::uint64_t huffman_bits(std::span<const std::uint32_t> counts, std::span<const std::uint32_t> lengths);

// Highest bit first; `out` is just long enough for huffman_bits, its last byte filled up with zeros.
void huffman_encode(std::span<const std::uint32_t> lengths, std::span<const std::uint16_t> codes,
                    std::span<std::uint8_t> out);

// Reads what write_symbols wrote of the lengths; false when they are those of no Huffman code.
bool read_lengths(ByteReader& in, std::size_t symbols, std::vector<std::uint32_t>& lengths);
// The inverse of huffman_encode for lengths of a Huffman code; false when the bytes do not end with the codes.
bool huffman_decode(std::span<const std::uint32_t> lengths, std::span<const std::uint8_t> bytes,
                    std::span<std::uint16_t> codes);

}  // namespace halfstep
