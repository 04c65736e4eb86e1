# SPDX-License-Identifier: GPL-2.0-or-later
# Read by ctest after the tests were discovered.
set_tests_properties(ResizedHashTable.LeavesNoGhost PROPERTIES RUN_SERIAL TRUE)
