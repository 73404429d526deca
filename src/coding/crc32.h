#pragma once
#include <cstdint>
#include <span>

namespace halfstep {

// CRC-32 of IEEE 802.3 (polynomial 04C11DB7 reflected, all ones in and out), as in zip and PNG:
// of the nine bytes "123456789" it is CBF43926.
std::uint32_t crc32(std::span<const std::uint8_t> bytes);

}  // namespace halfstep
