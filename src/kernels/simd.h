#pragma once
// The intrinsics of wasm_simd128.h: the compiler's own for wasm, SIMDe's everywhere else.
#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif
