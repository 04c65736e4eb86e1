# SPDX-License-Identifier: GPL-2.0-or-later
# Every third-party library is found here, once, and linked PRIVATE to the layer that owns it. Debian packages only.
find_package(PkgConfig REQUIRED)
pkg_check_modules(mnl REQUIRED IMPORTED_TARGET libmnl)
pkg_check_modules(netfilter_conntrack REQUIRED IMPORTED_TARGET libnetfilter_conntrack)
pkg_check_modules(cap REQUIRED IMPORTED_TARGET libcap)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_package(spdlog CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(Threads REQUIRED)
