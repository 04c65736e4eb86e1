# SPDX-License-Identifier: GPL-2.0-or-later
# One interface target carries the language level, warnings, hardening and sanitizers; every target links it.
add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_23)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(project_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Wunused-result
  -fstack-protector-strong -fstack-clash-protection -fno-omit-frame-pointer)
target_link_options(project_options INTERFACE -Wl,-z,relro,-z,now)
if(CTWARDEN_WERROR)
  target_compile_options(project_options INTERFACE -Werror)
endif()
if(CTWARDEN_SANITIZE)
  # The vptr check probes memory through a pipe, so it takes a full descriptor table for a broken object; one test fills it.
  target_compile_options(project_options INTERFACE -fsanitize=${CTWARDEN_SANITIZE} -fno-sanitize-recover=all
    -fno-sanitize=vptr)
  target_link_options(project_options INTERFACE -fsanitize=${CTWARDEN_SANITIZE})
  # gcc 12 reports false positives for these once sanitizers rewrite the control flow.
  target_compile_options(project_options INTERFACE -Wno-maybe-uninitialized)
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_definitions(project_options INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
endif()
if(CTWARDEN_COVERAGE)
  target_compile_options(project_options INTERFACE --coverage -O0)
  target_link_options(project_options INTERFACE --coverage)
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

# A layer is one static library named after its folder.
function(ctwarden_layer name)
  add_library(${name} STATIC)
  target_link_libraries(${name} PUBLIC project_options)
endfunction()
