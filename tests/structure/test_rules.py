#!/usr/bin/env python3
"""Each rule is proved by a planted fault: a small tree that keeps it has no problem, the same tree with one fault has one."""

import sys
import tempfile
import unittest
from pathlib import Path

import headers
import objects
import rules
import tree

COMPILER = sys.argv[1:] or ["cc"]
IS_GCC = "clang" not in objects.run(*COMPILER, "--version")

GOOD = {
    "lib/sources.cmake": "set(SIRA_SOURCES\n    lib/base/str.c\n    lib/message/uri.c\n)\n"
                         "set(SIRA_PUBLIC_HEADERS\n    include/sira/base.h\n    include/sira/uri.h\n)\n",
    "tests/unit/CMakeLists.txt": "# sira_unit_test(uri)\nsira_unit_test(str)\n",
    "tests/unit/test_str.c": "int main(void)\n{\n    return 0;\n}\n",
    "tests/scenario/CMakeLists.txt": "sira_scenario_test(life)\n",
    "tests/scenario/test_life.c": "int main(void)\n{\n    return 0;\n}\n/* cmocka_unit_test(a_year) */\n",
    "tests/scenario/lessons.tsv": "# Why.\ncase\ttests\na year\tlife:a_year\n",
    "tests/structure/tested_by.tsv": "# Why.\nfile\ttests\nlib/message/uri.c\tscenario/test_life.c\n",
    "include/sira/base.h": "#ifndef SIRA_BASE_H\n#define SIRA_BASE_H\n#include <stddef.h>\n#define SIRA_API\n"
                           "SIRA_API size_t sira_str_count(const char *at);\n#endif\n",
    "include/sira/uri.h": "#ifndef SIRA_URI_H\n#define SIRA_URI_H\n#include <sira/base.h>\n"
                          "SIRA_API size_t sira_uri_count(const char *at);\n#endif\n",
    "lib/base/chars.h": "#ifndef SIRA_BASE_CHARS_H\n#define SIRA_BASE_CHARS_H\n#include <stddef.h>\n"
                        "size_t sira_i_skip(const char *at);\n#endif\n",
    "lib/base/str.c": "#include <sira/base.h>\n#include <string.h>\n#include \"base/chars.h\"\n"
                      "static const char *const names[] = {\"a\", \"b\"};\n"
                      "size_t sira_i_skip(const char *at)\n{\n    return strlen(at) + strlen(names[strlen(at) & 1]);\n}\n"
                      "size_t sira_str_count(const char *at)\n{\n    return sira_i_skip(at);\n}\n",
    "lib/message/uri.c": "#include <sira/uri.h>\n#include \"base/chars.h\"\n"
                         "size_t sira_uri_count(const char *at)\n{\n    return sira_i_skip(at) + sira_str_count(at);\n}\n",
}


class PlantedFault(unittest.TestCase):
    def problems(self, check, changes=None):
        with tempfile.TemporaryDirectory() as root:
            for path, content in {**GOOD, **(changes or {})}.items():
                target = Path(root) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content)
            return check(root)

    def assert_caught(self, check, path, fault, expected, old=None):
        """Puts the fault into a file (in place of old, or at its end) and wants exactly this problem."""
        self.assertEqual(self.problems(check), [], "the tree without a fault")
        content = GOOD.get(path, "")
        content = content.replace(old, fault) if old else content + fault
        found = self.problems(check, {path: content})
        self.assertTrue(any(expected in problem for problem in found), f"{expected!r} is not in {found}")

    def test_sources(self):
        self.assert_caught(rules.sources, "lib/base/more.c", "int x;\n", "does not list lib/base/more.c")
        self.assert_caught(rules.sources, "include/sira/more.h", "\n", "does not list include/sira/more.h")
        self.assert_caught(rules.sources, "lib/sources.cmake", "set(SIRA_SOURCES lib/base/gone.c)\n", "which does not exist")

    def test_layers(self):
        for path, line, expected in (
                ("lib/base/str.c", "#include <sira/uri.h>\n", "higher layer message"),
                ("include/sira/base.h", "#include <sira/uri.h>\n", "higher layer message"),
                ("lib/base/str.c", "#include <stdio.h>\n", "<stdio.h>"),
                ("lib/base/str.c", "# include <stdlib.h>\n", "<stdlib.h>"),
                ("lib/base/str.c", "#include <gcrypt.h>\n", "<gcrypt.h>"),
                ("include/sira/uri.h", "#include <time.h>\n", "<time.h>"),
                ("include/sira/uri.h", "#include \"base/chars.h\"\n", "internal"),
                ("lib/base/str.c", "#include <sira/sira.h>\n", "umbrella"),
                ("lib/base/str.c", "#include <sira/unheard.h>\n", "layer is not known"),
                ("lib/base/str.c", "#include \"chars.h\"\n", "no path below lib/")):
            with self.subTest(line=line):
                self.assert_caught(rules.layers, path, line, expected)

    def test_circles(self):
        more = "#include <sira/base.h>\nsize_t sira_i_more(const char *at)\n{\n    return %s(at);\n}\n"
        calls_more = "size_t sira_str_more(const char *at)\n{\n    return sira_i_more(at);\n}\n"
        self.assertEqual(self.problems(rules.circles, {"lib/base/more.c": more % "sira_str_count"}), [])
        found = self.problems(rules.circles, {"lib/base/more.c": more % "sira_str_count",
                                              "lib/base/str.c": GOOD["lib/base/str.c"] + calls_more})
        self.assertEqual(found, ["these files call each other in a circle: lib/base/more.c lib/base/str.c"])
        pointer = calls_more.replace("sira_i_more(at)", "at == NULL ? 0 : (size_t)(sira_i_more != NULL)")
        self.assertEqual(self.problems(rules.circles, {"lib/base/more.c": more % "sira_str_count",
                                                       "lib/base/str.c": GOOD["lib/base/str.c"] + pointer}), [])

    def test_interface(self):
        for fault, expected in (
                ("int f(int a, int b, int c, int d, int e, int g);\n", "f takes 6 arguments"),
                ("int f(int a, int b,\n      int c, int d, int e, int (*g)(int, int));\n", "f takes 6 arguments"),
                ("struct s {\n    int (*call)(int a, int b, int c, int d, int e, int g);\n};\n", "call takes 6 arguments"),
                ("void sira_i_peek(void);\n", "internal name")):
            with self.subTest(fault=fault):
                self.assert_caught(rules.interface, "include/sira/base.h", fault, expected)
        self.assert_caught(rules.interface, "lib/base/str.c",
                           "static int f(int a, int b, int c, int d, int e, int g)\n{\n    return a;\n}\n", "f takes 6 arguments")
        self.assert_caught(rules.interface, "lib/base/str.c", "int f(void)\n{\n" + "    ;\n" * 100 + "}\n", "f has 103 lines")
        self.assert_caught(rules.interface, "lib/base/chars.h", "CHARS_H", "include guard", old="SIRA_BASE_CHARS_H")

    def test_interface_takes_five(self):
        fine = GOOD["lib/base/str.c"] + "static int f(int a, int b, int c, int d, int (*e)(int x, int y))\n{\n    return 0;\n}\n"
        self.assertEqual(self.problems(rules.interface, {"lib/base/str.c": fine}), [])

    def test_text(self):
        self.assert_caught(rules.text, "lib/base/str.c", "/* " + "x" * 120 + " */\n", "columns")
        self.assert_caught(rules.text, "lib/base/str.c", "\tint x;\n", "a tab")
        self.assert_caught(rules.text, "lib/base/str.c", "int x; \n", "a blank at the end")
        self.assert_caught(rules.text, "lib/base/str.c", "\n" * 1000, "lines")

    def test_registered(self):
        self.assert_caught(rules.registered, "tests/unit/test_uri.c", "\n", "test_uri.c is not registered")
        self.assert_caught(rules.registered, "tests/scenario/test_uri.c", "\n", "test_uri.c is not registered")

    def test_lessons(self):
        table = "tests/scenario/lessons.tsv"
        self.assert_caught(rules.lessons, table, "two\t\n", 'names no test of "two"')
        self.assert_caught(rules.lessons, table, "two\tlife:a_year life:two\n", "life:two, which is no test")
        self.assert_caught(rules.lessons, table, "two\tgone:two\n", "gone:two, which is no test")
        self.assert_caught(rules.lessons, table, "two\tunit/life:a_year\n", "unit/life:a_year, which is no test")

    def test_tested(self):
        table = "tests/structure/tested_by.tsv"
        self.assert_caught(rules.tested, "lib/base/more.c", "int x;\n", "lib/base/more.c has neither tests/unit/test_more.c")
        # Two files of one name: whose test is test_str.c?
        self.assert_caught(rules.tested, "lib/message/str.c", "int x;\n", "lib/base/str.c has neither tests/unit/test_base_str.c")
        self.assert_caught(rules.tested, "lib/message/str.c", "int x;\n", "lib/message/str.c has neither")
        self.assert_caught(rules.tested, table, "", "lib/message/uri.c has neither", old="lib/message/uri.c\tscenario/test_life.c\n")
        self.assert_caught(rules.tested, table, "lib/base/gone.c\tscenario/test_life.c\n", "lib/base/gone.c, which does not exist")
        self.assert_caught(rules.tested, table, "test_gone.c", "tests/scenario/test_gone.c, which", old="test_life.c")
        self.assert_caught(rules.tested, table, "uri.c\t\n", "names no test of lib/message/uri.c", old="uri.c\tscenario/test_life.c\n")
        self.assert_caught(rules.tested, "tests/unit/test_uri.c", "\n", "its line in tests/structure/tested_by.tsv has to go")

    def test_headers(self):
        check = lambda root: headers.problems(root, COMPILER)
        self.assert_caught(check, "include/sira/uri.h", "sira_thing sira_f(void);\n", "<sira/uri.h> does not compile alone as C99")
        self.assert_caught(check, "include/sira/uri.h", "int f(int class);\n", "<sira/uri.h> does not compile alone as C++11")
        self.assert_caught(check, "include/sira/uri.h", "_Static_assert(1, \"\");\n", "as C99")
        self.assert_caught(check, "lib/base/chars.h", "sira_str f(void);\n", "\"base/chars.h\" does not compile alone")
        self.assert_caught(check, "include/sira/base.h", "", "does not compile alone", old="#ifndef SIRA_BASE_H\n")

    def test_symbols(self):
        check = lambda root: objects.symbol_problems(root, COMPILER)
        for fault, expected in (
                ("static int count;\nint sira_i_skip2(void);\nint sira_i_skip2(void)\n{\n    return count++;\n}\n",
                 "writable memory in .bss"),
                ("static int count = 7;\nint *sira_i_at(void);\nint *sira_i_at(void)\n{\n    return &count;\n}\n",
                 "writable memory in .data"),
                ("int helper(void);\nint helper(void)\n{\n    return 1;\n}\n", "the global name helper"),
                ("int sira_i_lost(void);\nint sira_i_lost(void)\n{\n    return 1;\n}\n", "no header under lib/ declares it"),
                ("int sira_lost(void);\nint sira_lost(void)\n{\n    return 1;\n}\n", "no public header declares it"),
                ("void *malloc(size_t);\nvoid *sira_i_new(void);\nvoid *sira_i_new(void)\n{\n    return malloc(9);\n}\n",
                 "needs malloc")):
            with self.subTest(expected=expected):
                self.assert_caught(check, "lib/base/str.c", fault, expected)
        self.assert_caught(check, "include/sira/uri.h", "SIRA_API int sira_promise(int a);\n", "nobody defines it")

    @unittest.skipUnless(IS_GCC, "gcc alone writes call graphs")
    def test_recursion(self):
        check = lambda root: objects.recursion_problems(root, COMPILER)
        # Through two files, with work after the call, so that it stays a call.
        self.assert_caught(check, "lib/base/str.c", "return sira_uri_count(at + 1) * 3 + sira_i_skip(at)",
                           "recursion: sira_", old="return sira_i_skip(at)")
        self.assert_caught(check, "lib/base/str.c",
                           "void take(char *);\nvoid grow(size_t n);\nvoid grow(size_t n)\n{\n    char a[n];\n    take(a);\n}\n",
                           "grow: its stack grows")

    @unittest.skipUnless(IS_GCC, "gcc alone writes call graphs")
    def test_deepest_stack(self):
        fault = ("void take(char *);\nstatic void big(void)\n{\n    char a[5000];\n    take(a);\n}\n"
                 "void (*const sira_i_table[])(void) = {big};\n"
                 "size_t sira_str_count(const char *at)\n{\n    sira_i_table[*at]();\n    return 1;\n}\n")
        whole = GOOD["lib/base/str.c"].split("size_t sira_str_count")[0] + fault
        depth = lambda root: objects.deepest_stack(root, COMPILER, [])[0]
        self.assertLess(self.problems(depth), 500)
        self.assertGreater(self.problems(depth, {"lib/base/str.c": whole}), 5000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
