"""The lints find what they are for."""
import unittest

import behaviours
import includes
import text


class Includes(unittest.TestCase):
    def test_refuses_the_wrong_direction(self):
        bad = {
            "shared/base/a.cpp": '#include "shared/trust/chain.hpp"',
            "player/agent/a.cpp": '#include "shared/render/slate.hpp"',
            "player/screen/a.cpp": '#include "shared/net/http.hpp"',
            "server/review/a.cpp": "#include <SQLiteCpp/SQLiteCpp.h>",
            "server/http/a.cpp": "#include <boost/beast/http.hpp>",
            "server/plays/a.cpp": '#include "player/agent/core/core.hpp"',
            "shared/trust/a.cpp": '#include "chain.hpp"',
            "elsewhere/a.cpp": "#include <string>",
        }
        for path, line in bad.items():
            self.assertTrue(includes.complaints(path, line), path)

    def test_lets_the_right_direction_pass(self):
        self.assertEqual(includes.complaints("shared/trust/a.cpp", '#include "shared/crypto/keys.hpp"\n#include <string>'), [])
        self.assertEqual(includes.complaints("shared/net/a.cpp", "#include <boost/asio/io_context.hpp>"), [])


class Text(unittest.TestCase):
    def test_finds_long_files_and_forbidden_words(self):
        self.assertTrue(text.complaints("a/b.cpp", "\n" * 401))
        self.assertTrue(text.complaints("a/b.hpp", "int x;\n"))
        self.assertTrue(text.complaints("a/b.md", "see /" + "work/x"))
        self.assertTrue(text.complaints("a/b.cpp", "// TO" + "DO later"))
        self.assertEqual(text.complaints("a/b.hpp", "#pragma once\n"), [])


class Behaviours(unittest.TestCase):
    def test_wants_tests_that_exist(self):
        wrong, rows = behaviours.complaints("| p | `A.B` |\n| q | `tests/x` |\n| r | none |", {"A.B"}, lambda p: False)
        self.assertEqual((len(wrong), rows), (2, 3))


if __name__ == "__main__":
    unittest.main()
