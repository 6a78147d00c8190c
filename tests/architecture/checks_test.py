#!/usr/bin/env python3
"""Plants violations into a small tree and sees that each checker of this folder finds them, and only them."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import check_includes  # noqa: E402
import check_purity  # noqa: E402
import check_tidy  # noqa: E402
from source_text import blank  # noqa: E402


class Tree(unittest.TestCase):
    """A test with an empty project folder."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="bellwether_checks_")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def plant(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


class Blank(unittest.TestCase):
    def test_comments_and_literals_vanish_and_lines_stay(self) -> None:
        text = 'a(); // one "two"\nb("// \\" c"); /* d\ne */ f(\'"\', 1\'000);\nR"x(g\n)")x" h'
        expected = "a();             \nb(         );     \n     f(   , 1'000);\n     \n      h"
        self.assertEqual(expected, blank(text))

    def test_literals_stay_on_request(self) -> None:
        self.assertEqual('a("b")        ', blank('a("b") /* c */', literals=False))


class Includes(Tree):
    def assert_includes(self, path: str, include: str, allowed: bool) -> None:
        self.plant(path, f"#include {include}\n")
        faults = check_includes.faults_of(self.root)
        self.assertEqual(allowed, not faults, f"{path}: {include}: {faults}")
        (self.root / path).unlink()

    def test_each_room_may_include_those_above_it(self) -> None:
        for path, include in (
            ("src/engine/a.cpp", "<vector>"),
            ("src/engine/a.cpp", '"engine/b.hpp"'),
            ("src/engine/strategies/a.cpp", '"engine/b.hpp"'),
            ("src/net/a.cpp", '"net/b.hpp"'),
            ("src/net/a.cpp", "<boost/beast.hpp>"),
            ("src/net/a.cpp", "<nlohmann/json.hpp>"),
            ("src/brokers/a.cpp", '"engine/b.hpp"'),
            ("src/brokers/a.cpp", '"net/b.hpp"'),
            ("src/brokers/a.cpp", "<boost/asio.hpp>"),
            ("src/storage/a.cpp", "<sqlite3.h>"),
            ("src/actors/a.cpp", '"brokers/b.hpp"'),
            ("src/actors/a.cpp", '"storage/b.hpp"'),
            ("src/actors/a.cpp", "<caf/all.hpp>"),
            ("src/api/a.cpp", '"actors/protocol.hpp"'),
            ("src/api/a.cpp", '"net/b.hpp"'),
            ("src/app/a.cpp", '"api/b.hpp"'),
            ("src/app/a.cpp", "<CLI/CLI.hpp>"),
        ):
            self.assert_includes(path, include, allowed=True)

    def test_no_room_may_include_those_below_it(self) -> None:
        for path, include in (
            ("src/engine/a.cpp", '"brokers/b.hpp"'),
            ("src/engine/a.cpp", "<nlohmann/json.hpp>"),
            ("src/engine/a.cpp", "<caf/all.hpp>"),
            ("src/engine/a.cpp", "<unistd.h>"),
            ("src/engine/a.cpp", '"net/b.hpp"'),
            ("src/net/a.cpp", '"engine/b.hpp"'),
            ("src/net/a.cpp", '"api/b.hpp"'),
            ("src/net/a.cpp", "<prometheus/registry.h>"),
            ("src/net/a.cpp", "<caf/all.hpp>"),
            ("src/brokers/a.cpp", '"storage/b.hpp"'),
            ("src/brokers/a.cpp", '"actors/b.hpp"'),
            ("src/brokers/a.cpp", "<caf/all.hpp>"),
            ("src/storage/a.cpp", '"brokers/b.hpp"'),
            ("src/storage/a.cpp", "<caf/actor.hpp>"),
            ("src/actors/a.cpp", '"api/b.hpp"'),
            ("src/actors/a.cpp", '"app/b.hpp"'),
            ("src/actors/a.cpp", "<boost/beast.hpp>"),
            ("src/api/a.cpp", '"actors/risk.hpp"'),
            ("src/api/a.cpp", '"storage/b.hpp"'),
            ("src/api/a.cpp", "<boost/beast.hpp>"),
            ("src/api/a.cpp", '"app/b.hpp"'),
            ("src/engine/a.cpp", '"b.hpp"'),
            ("src/engine/a.cpp", '"../brokers/b.hpp"'),
            ("src/engine/a.cpp", "<engine/b.hpp>"),
        ):
            self.assert_includes(path, include, allowed=False)

    def test_a_file_outside_of_the_rooms_is_a_fault(self) -> None:
        self.plant("src/shed/a.cpp", "")
        self.plant("src/b.cpp", "")
        self.assertEqual(2, len(check_includes.faults_of(self.root)))

    def test_an_include_in_a_comment_counts_for_nothing(self) -> None:
        self.plant("src/engine/a.cpp", '// as in\n/*\n#include "app/b.hpp"\n*/\n')
        self.assertEqual([], check_includes.faults_of(self.root))

    def test_a_fault_names_file_and_line(self) -> None:
        self.plant("src/engine/a.cpp", '#include <vector>\n\n#include "app/b.hpp"\n')
        self.assertTrue(check_includes.faults_of(self.root)[0].startswith("src/engine/a.cpp:3: "))


class Purity(Tree):
    IMPURE = (
        "auto t = std::chrono::system_clock::now();",
        "using Clock = std::chrono::steady_clock;",
        "auto t = time(nullptr);",
        "auto t = std::time(0);",
        "auto t = clock();",
        "gettimeofday(&tv, nullptr);",
        "clock_gettime(CLOCK_REALTIME, &ts);",
        "const char* built = __DATE__;",
        "auto* t = std::localtime(&seconds);",
        "#include <fstream>",
        "#include <filesystem>",
        "std::ifstream in(path);",
        'FILE* file = fopen("a", "r");',
        "std::cout << 1;",
        "std::cerr << 1;",
        'printf("a");',
        'std::fprintf(stderr, "a");',
        "#include <sys/socket.h>",
        "int s = socket(AF_INET, SOCK_STREAM, 0);",
        'auto* home = std::getenv("HOME");',
        "std::signal(SIGINT, handler);",
        "int r = rand();",
        "std::random_device device;",
        "std::mt19937 generator;",
        "auto r = std::mt19937_64{}();",
        "std::uniform_int_distribution<int> die(1, 6);",
        "#include <thread>",
        "std::thread worker(run);",
        "std::mutex mutex;",
        "std::atomic<int> count;",
        "auto f = std::async(run);",
        "thread_local int count;",
        "std::unordered_map<int, int> m;",
        "std::unordered_set<int> s;",
        "std::map<Order*, int> m;",
        "std::set<const Order*> s;",
        'std::snprintf(text, sizeof text, "%p", pointer);',
        "auto address = reinterpret_cast<std::uintptr_t>(pointer);",
        "long double sum = 0;",
        "float sum = 0;",
        "double y = std::exp(x);",
        "double y = ::pow(x, 2);",
        "return log1p (x);",
        "auto y = __builtin_log(x);",
        "double y = -std::erfc(x) / std::atan2(x, 1);",
    )
    PURE = (
        "Timestamp time() const;",
        "void time(Timestamp v);",
        "writer.time(bar.start);",
        "auto t = event->time(0);",
        "// reads no std::chrono::system_clock, no rand()",
        'throw_away("std::thread and getenv");',
        'std::snprintf(text, sizeof text, "%d", 1);',
        "std::map<Symbol, Order*> orders;",
        "std::mt19937_64 generator(seed);",
        "const auto brand(int operand);",
        "double signal() const;",
        "bool open(); void system_halt(); int runtime(int);",
        "auto bits = std::bit_cast<std::uint64_t>(1.5);",
        "double y = std::sqrt(x) + std::fma(x, x, x) + std::floor(x);",
        "double y = natural_log(x) + power(x, 2) + exponential(x);",
        "writer.log(x); catalog(x);",
    )

    def test_every_planted_impurity_is_found(self) -> None:
        for line in self.IMPURE:
            self.plant("src/engine/a.cpp", f"// A file.\n{line}\n")
            faults = check_purity.faults_of(self.root)
            self.assertTrue(faults, f"not found: {line}")
            self.assertTrue(faults[0].startswith("src/engine/a.cpp:2: "), faults[0])

    def test_pure_lines_pass(self) -> None:
        for line in self.PURE:
            self.plant("src/engine/a.cpp", line + "\n")
            self.assertEqual([], check_purity.faults_of(self.root), line)

    def test_other_rooms_are_free(self) -> None:
        self.plant("src/app/a.cpp", "\n".join(self.IMPURE))
        self.assertEqual([], check_purity.faults_of(self.root))

    def test_an_exemption_holds_with_a_reason_only(self) -> None:
        self.plant("src/engine/a.cpp", "std::mutex m;  // purity: guards nothing that is read\n")
        self.assertEqual([], check_purity.faults_of(self.root))
        for comment in ("// purity:", "// purity", "// purity: because"):
            self.plant("src/engine/a.cpp", f"std::mutex m;  {comment}\n")
            self.assertEqual(2, len(check_purity.faults_of(self.root)), comment)

    def test_an_exemption_covers_its_own_line_only(self) -> None:
        self.plant("src/engine/a.cpp", "// purity: a reason here\nstd::mutex m;\n")
        self.assertEqual(1, len(check_purity.faults_of(self.root)))


class Tidy(Tree):
    def only_fault(self) -> str:
        faults = check_tidy.faults_of(self.root)
        self.assertEqual(1, len(faults), faults)
        return faults[0]

    def test_a_good_tree_passes(self) -> None:
        self.plant("src/engine/a.hpp", "// What it is for.\n#pragma once\n\nclass RiskStage;\n")
        self.plant("src/engine/a.cpp", '#include "engine/a.hpp"\n' + "\n" * (check_tidy.LINES_MAX - 1))
        self.plant("docs/a.md", "Two blanks at the end  \nbreak a line.\n")
        self.assertEqual([], check_tidy.faults_of(self.root))

    def test_a_long_file(self) -> None:
        self.plant("src/engine/a.cpp", "\n" * (check_tidy.LINES_MAX + 1))
        self.assertIn("601 lines", self.only_fault())

    def test_a_tab(self) -> None:
        self.plant("src/engine/a.cpp", "int a;\n\tint b;\n")
        self.assertEqual("src/engine/a.cpp:2: tab", self.only_fault())

    def test_a_blank_at_the_end_of_a_line(self) -> None:
        self.plant("config/demo.json", "{} \n")
        self.assertEqual("config/demo.json:1: blank at the end of the line", self.only_fault())

    def test_a_carriage_return(self) -> None:
        (self.root / "src").mkdir()
        (self.root / "src" / "a.cpp").write_bytes(b"int a;\r\n")
        self.assertIn("carriage return", self.only_fault())

    def test_a_missing_line_feed_at_the_end(self) -> None:
        self.plant("tests/engine/a_test.cpp", "int a;")
        self.assertIn("no line feed", self.only_fault())

    def test_a_header_without_guard(self) -> None:
        self.plant("src/engine/a.hpp", "// What it is for.\n")
        self.assertIn("#pragma once", self.only_fault())

    def test_a_header_without_opening_comment(self) -> None:
        self.plant("src/engine/a.hpp", "#pragma once\n")
        self.assertIn("opens with a comment", self.only_fault())

    def test_a_note_of_unfinished_work(self) -> None:
        self.plant("src/engine/a.cpp", "// TO" + "DO: finish\n")
        self.assertIn("unfinished", self.only_fault())

    def test_an_empty_name(self) -> None:
        self.plant("src/engine/a.cpp", "class OrderManager {};\n// class CommentManager\n")
        self.assertIn("'OrderManager'", self.only_fault())

    def test_an_empty_file_name(self) -> None:
        self.plant("src/engine/order_utils.cpp", "int a;\n")
        self.assertIn("'order_utils'", self.only_fault())


if __name__ == "__main__":
    unittest.main()
