#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fails when a source file includes what its layer may not use, or names a kernel file it may not open.

Usage: check_layering.py ROOT

One entry of LAYERS per folder: the layers it may include besides itself, and the libraries and system headers, by the
beginning of the header's name. The C++ standard library is open to all. The folders in FREE may include anything, but
no layer may include them; a folder with sources in neither list is a violation.
Exit status: 0 clean, 1 violations (one line each: file:line), 2 usage or nothing to check.
"""

import pathlib
import re
import sys
from dataclasses import dataclass

FREE = ("bench", "tests")

# Headers of the C++ standard library have no dot and no slash: <vector>, <cstring>. Those of the C library (<string.h>)
# count as system headers.
STANDARD = re.compile(r"^[a-z0-9_]+$")

POSIX = ("arpa/", "fcntl.h", "grp.h", "net/", "netdb.h", "netinet/", "poll.h", "pwd.h", "sched.h", "signal.h",
         "sys/", "termios.h", "time.h", "unistd.h")
LINUX = ("asm/", "linux/")
# The kernel's netfilter interface, and the libraries that speak it: nlink alone.
KERNEL = LINUX + ("libmnl/", "libnetfilter_conntrack/", "libnftnl/")


# One layer's own, although a wider entry would let others have them.
EXCLUSIVE = {"sys/capability.h": "broker"}


@dataclass(frozen=True)
class Layer:
    layers: tuple = ()
    headers: tuple = ()
    # What of /proc and /sys the layer may name.
    kernel_files: tuple = ()


LAYERS = {
    "model": Layer(headers=("boost/container/", "boost/unordered/")),
    "nlink": Layer(layers=("model",), headers=POSIX + KERNEL, kernel_files=("/proc", "/sys")),
    "tuner": Layer(layers=("model",)),
    "broker": Layer(layers=("model", "nlink"), headers=POSIX + ("linux/capability.h", "linux/seccomp.h")),
    "exporter": Layer(layers=("model",), headers=("fmt/", "prometheus/")),
    "control": Layer(layers=("model", "tuner"),
                     headers=POSIX + ("boost/asio", "boost/beast", "boost/system/", "nlohmann/")),
    "conntop": Layer(layers=("model",), headers=("fmt/", "ncurses", "curses.h", "sys/ioctl.h", "unistd.h")),
    "cli": Layer(layers=("model", "control", "conntop"), headers=POSIX + ("CLI/", "fmt/")),
    "daemon": Layer(layers=("model", "nlink", "tuner", "broker", "exporter", "control"),
                    # malloc.h: to give memory back after a peak.
                    headers=POSIX + ("malloc.h", "CLI/", "boost/", "fmt/", "spdlog/", "systemd/", "toml++/"),
                    # Its own CPU time, memory and descriptors, and when the machine was started.
                    kernel_files=("/proc/self/stat", "/proc/self/fd", "/proc/self/limits", "/proc/stat")),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
KERNEL_FILE = re.compile(r'"(/(?:proc|sys)(?:/[^"]*)?)"')
SOURCES = (".h", ".cpp", ".in")


def include_problem(folder, header, quoted, root):
    """Why `folder` may not include `header`, or None."""
    layer = LAYERS[folder]
    owner = header.split("/")[0]
    if quoted:
        if owner == folder or owner in layer.layers:
            return None
        if owner in LAYERS or (root / owner).is_dir():
            return f"{folder} may include {folder}, {', '.join(layer.layers) or 'no other layer'}"
        return f'"{header}" is not below a layer; include as "layer/file.h"'
    if STANDARD.match(header):
        return None
    if owner in LAYERS:
        return f'a layer is included with quotes: "{header}"'
    if EXCLUSIVE.get(header, folder) != folder:
        return f"only {EXCLUSIVE[header]} may use it"
    if any(header.startswith(allowed) for allowed in layer.headers):
        return None
    allowed = ", ".join(layer.headers) or "nothing"
    return f"besides the standard library {folder} may use: {allowed}"


def file_problem(folder, name):
    """Why `folder` may not name the kernel file `name`, or None."""
    allowed = LAYERS[folder].kernel_files
    if any(name == prefix or name.startswith(prefix) for prefix in allowed):
        return None
    return f"kernel files of {folder}: {', '.join(allowed) or 'none; ask nlink'}"


def check_line(folder, line, root):
    if match := INCLUDE.match(line):
        header = match[1] or match[2]
        if problem := include_problem(folder, header, match[2] is not None, root):
            yield f"{folder} includes {header}: {problem}"
        return
    for match in KERNEL_FILE.finditer(line):
        if problem := file_problem(folder, match[1]):
            yield f"{folder} names {match[1]}: {problem}"


def unlisted_folders(root):
    for folder in sorted(root.iterdir()):
        name = folder.name
        if not folder.is_dir() or name.startswith((".", "build")) or name in FREE or name in LAYERS:
            continue
        if any(path.suffix in (".h", ".cpp") for path in folder.rglob("*")):
            yield f"{name}: sources in a folder without an entry in LAYERS"


def check(root):
    """Number of files looked at, and the problems as text."""
    files = 0
    problems = list(unlisted_folders(root))
    for folder in LAYERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            files += 1
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                problems += [f"{path.relative_to(root)}:{number}: {text}" for text in check_line(folder, line, root)]
    return files, problems


def main(arguments):
    if len(arguments) != 1 or not pathlib.Path(arguments[0]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    files, problems = check(pathlib.Path(arguments[0]))
    if not files:
        print("no layer found", file=sys.stderr)
        return 2
    for problem in problems:
        print(problem)
    print(f"{files} files, {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
