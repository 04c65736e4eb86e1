#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The layering check catches what it is there for."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from types import SimpleNamespace

sys.dont_write_bytecode = True  # the source tree stays as it is
import check_layering  # noqa: E402


class CheckLayering(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)
        self.write("model/flow.h", "#pragma once\n")
        self.write("nlink/decoder.h", "#pragma once\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_check(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            status = check_layering.main(list(arguments) or [str(self.root)])
        return SimpleNamespace(returncode=status, stdout=out.getvalue())

    def assert_refused(self, path, line):
        self.write(path, "// line 1\n" + line + "\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(f"{path}:2: ", result.stdout)
        (self.root / path).unlink()
        return result.stdout

    def assert_allowed(self, path, line):
        self.write(path, line + "\n")
        result = self.run_check()
        self.assertEqual(result.returncode, 0, result.stdout)
        (self.root / path).unlink()

    def test_clean_tree_passes(self):
        result = self.run_check()
        self.assertEqual(result.returncode, 0)
        self.assertIn("2 files, 0 violations", result.stdout)

    def test_model_may_not_look_up(self):
        text = self.assert_refused("model/bad.cpp", '#include "nlink/decoder.h"')
        self.assertIn("model may include model, no other layer", text)

    def test_sibling_layers_are_refused_with_the_allowed_list(self):
        text = self.assert_refused("broker/bad.cpp", '#include "control/http.h"')
        self.assertIn("broker may include broker, model, nlink", text)

    def test_tests_may_not_be_included(self):
        self.write("tests/support/flows.h", "")
        self.assert_refused("nlink/bad.h", '#include "tests/support/flows.h"')

    def test_angle_brackets_do_not_hide_a_layer(self):
        self.assert_refused("model/bad.h", "#include <nlink/decoder.h>")

    def test_spaces_do_not_hide_an_include(self):
        self.assert_refused("model/bad.h", '  #  include   "nlink/decoder.h"')

    def test_model_may_not_use_the_system(self):
        for header in ("unistd.h", "sys/socket.h", "linux/netlink.h", "time.h", "fmt/format.h", "boost/asio.hpp"):
            with self.subTest(header):
                self.assert_refused("model/bad.h", f"#include <{header}>")

    def test_only_nlink_speaks_netlink(self):
        for header in ("linux/netlink.h", "linux/netfilter/nfnetlink.h", "libmnl/libmnl.h",
                       "libnetfilter_conntrack/libnetfilter_conntrack.h"):
            for layer in ("broker", "control", "daemon", "exporter"):
                with self.subTest(header, layer=layer):
                    self.assert_refused(f"{layer}/bad.cpp", f"#include <{header}>")
            self.assert_allowed("nlink/good.cpp", f"#include <{header}>")

    def test_only_daemon_logs_and_notifies(self):
        for header in ("spdlog/logger.h", "systemd/sd-daemon.h"):
            with self.subTest(header):
                self.assert_refused("nlink/bad.cpp", f"#include <{header}>")
                self.assert_allowed("daemon/good.cpp", f"#include <{header}>")

    def test_only_broker_handles_capabilities(self):
        self.assert_refused("daemon/bad.cpp", "#include <sys/capability.h>")
        self.assert_allowed("broker/good.cpp", "#include <sys/capability.h>")

    def test_kernel_files_belong_to_nlink(self):
        for layer in ("model", "control", "daemon"):
            with self.subTest(layer):
                self.assert_refused(f"{layer}/bad.cpp", 'open("/proc/sys/net/netfilter/nf_conntrack_max");')
        self.assert_allowed("nlink/good.cpp", 'open("/proc/sys/net/netfilter/nf_conntrack_max");')

    def test_daemon_may_read_about_itself(self):
        self.assert_allowed("daemon/good.cpp", 'open("/proc/self/stat");')

    def test_standard_library_is_free(self):
        self.assert_allowed("model/good.h", "#include <vector>\n#include <cstring>\n#include <expected>")

    def test_folder_without_an_entry_is_refused(self):
        self.write("util/helper.h", "")
        result = self.run_check()
        self.assertEqual(result.returncode, 1)
        self.assertIn("util: ", result.stdout)

    def test_every_violation_is_told(self):
        self.write("model/bad.h", '#include "nlink/decoder.h"\n#include <unistd.h>\n')
        self.assertIn("2 violations", self.run_check().stdout)

    def test_empty_tree_is_not_a_pass(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(self.run_check(empty).returncode, 2)

    def test_missing_tree_is_not_a_pass(self):
        self.assertEqual(self.run_check(str(self.root / "nowhere")).returncode, 2)


if __name__ == "__main__":
    unittest.main()
