# Finds Emscripten (EMSDK first, then PATH) and hands over to its own toolchain file.
if(NOT DEFINED ENV{HALFSTEP_EMSCRIPTEN_ROOT})
  find_program(HALFSTEP_EMCC emcc HINTS "$ENV{EMSDK}/upstream/emscripten" REQUIRED)
  get_filename_component(bin "${HALFSTEP_EMCC}" DIRECTORY)
  execute_process(COMMAND "${bin}/em-config" EMSCRIPTEN_ROOT OUTPUT_VARIABLE root
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  # CMake reads a toolchain file once a probe; the environment remembers across them.
  set(ENV{HALFSTEP_EMSCRIPTEN_ROOT} "${root}")
  set(ENV{HALFSTEP_EMSCRIPTEN_BIN} "${bin}")
endif()
set(CMAKE_C_COMPILER "$ENV{HALFSTEP_EMSCRIPTEN_BIN}/emcc")
set(CMAKE_CXX_COMPILER "$ENV{HALFSTEP_EMSCRIPTEN_BIN}/em++")
set(CMAKE_AR "$ENV{HALFSTEP_EMSCRIPTEN_BIN}/emar" CACHE FILEPATH "")
set(CMAKE_RANLIB "$ENV{HALFSTEP_EMSCRIPTEN_BIN}/emranlib" CACHE FILEPATH "")
include("$ENV{HALFSTEP_EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake")
