#!/usr/bin/env python3
"""Checks that src/engine is a function of its input: no clock, file, socket, environment, unseeded randomness, thread,
or order that depends on hashing or addresses.

A line is exempt when it ends with the comment `// purity: REASON`.

usage: check_purity.py ROOT
"""

import pathlib
import re
import sys

from source_text import blank, report, sources

# What is banned -> patterns on the text without comments and literals.
BANNED = {
    "a clock": (
        r"\b(?:system|steady|high_resolution|utc|tai|gps|file)_clock\b",
        r"\b(?:gettimeofday|clock_gettime|timespec_get|ftime)\b",
        r"(?<![.>\w])time\s*\(\s*(?:nullptr|NULL|0|&)",
        r"(?<![.>\w])clock\s*\(\s*\)",
        r"__rdtsc\b|__builtin_ia32_rdtsc",
        r"__(?:DATE|TIME|TIMESTAMP)__",
        r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b",
    ),
    "the time zone or locale of the machine": (
        r"\b(?:localtime|localtime_r|mktime|tzset|current_zone|locate_zone|zoned_time)\b",
        r"\bsetlocale\b|\bstd::locale\b|<locale>|<clocale>",
    ),
    "a file or terminal": (
        r"<(?:fstream|iostream|filesystem|print|syncstream)>",
        r"\b(?:std::)?[iow]?fstream\b|\bstd::filesystem\b",
        r"\b(?:fopen|freopen|fdopen|tmpfile|popen|fread|fwrite|fgets|fgetc|fputs|fputc)\b",
        r"\bFILE\b",
        r"\bstd::(?:cout|cerr|clog|cin|print|println)\b",
        r"(?<![.>\w])(?:std::)?v?f?printf\s*\(",
        r"(?<![.>\w])(?:std::)?(?:puts|putchar|perror|scanf|getchar)\s*\(",
    ),
    "a socket or the operating system": (
        r"<(?:sys|netinet|arpa|linux)/[^>]*>|<(?:unistd|fcntl|poll|netdb|dlfcn|signal|pthread)\.h>|<csignal>",
        r"(?<![.>\w])(?:std::)?(?:socket|system|fork|execvp?|dlopen|mmap)\s*\(",
        r"(?<![.>\w])(?:std::)?(?:signal|raise)\s*\(\s*SIG",
    ),
    "the environment": (r"\b(?:secure_)?getenv\b|\b(?:set|put|unset)env\b|\benviron\b",),
    "randomness that is not seeded by the input": (
        r"(?<![.>\w])(?:std::)?(?:rand|srand|random|drand48|lrand48|arc4random|getrandom)\s*\(",
        r"\brandom_device\b",
        r"\b(?:mt19937(?:_64)?|minstd_rand0?|default_random_engine|ranlux\w+|knuth_b)\s+\w+\s*(?:;|\{\s*\}|=\s*\{\s*\})",
        r"\b(?:mt19937(?:_64)?|minstd_rand0?|default_random_engine)\s*(?:\{\s*\}|\(\s*\))",
        r"\bdefault_random_engine\b",
    ),
    "a sequence that differs between standard libraries": (
        r"\bstd::\w+_distribution\b",
        r"\bstd::(?:ranges::)?(?:shuffle|sample)\b",
    ),
    "a thread or what only threads need": (
        r"<(?:thread|mutex|shared_mutex|atomic|future|condition_variable|semaphore|latch|barrier|stop_token|execution)>",
        r"\bstd::(?:j?thread|this_thread|async|future|shared_future|promise|packaged_task|execution)\b",
        r"\bstd::(?:\w*mutex|lock_guard|unique_lock|scoped_lock|shared_lock|call_once|once_flag|condition_variable\w*)\b",
        r"\bstd::(?:atomic\w*|counting_semaphore|binary_semaphore|latch|barrier|stop_token)\b",
        r"\bthread_local\b|\bpthread_\w+",
    ),
    "an unordered container": (r"\bunordered_(?:multi)?(?:map|set)\b", r"\bstd::hash\b"),
    "an order or output made of addresses": (
        r"\b(?:map|set|multimap|multiset|less|greater)\s*<\s*(?:const\s+)?[\w:]+(?:\s+const)?\s*\*",
        r"\bu?intptr_t\b",
        r"\bowner_less\b",
    ),
    # Unlike sqrt, fma, floor and their like, which IEEE 754 defines to the last bit.
    "a function of the C library whose last bit differs between machines": (
        r"(?<![.>:\w])(?:std::|::|__builtin_)?(?:exp[2m]?1?|log(?:2|10|1p)?|pow|cbrt|hypot|erfc?|[tl]gamma|a?(?:sin|cos|tan)h?|"
        r"atan2)[fl]?\s*\(",
    ),
    "arithmetic whose width or order depends on the machine": (
        r"\blong\s+double\b",
        r"\bfloat\b",
        r"__float128\b|__float80\b",
        r"\bstd::(?:transform_)?reduce\b",
        r"#\s*pragma\s+GCC\s+optimize|__attribute__\s*\(\(\s*optimize|\bfast_math\b|-ffast-math",
    ),
}
# The same on text with its literals.
BANNED_IN_LITERALS = {"an order or output made of addresses": (r'"[^"\n]*%p[^"\n]*"',)}

# At the end of a line, with at least two words.
EXEMPTION = re.compile(r"// purity: \S+ +\S")
EMPTY_EXEMPTION = re.compile(r"//\s*purity\b")


def compiled(table: dict[str, tuple[str, ...]]) -> list[tuple[str, re.Pattern[str]]]:
    return [(what, re.compile("|".join(f"(?:{p})" for p in patterns))) for what, patterns in table.items()]


def faults_of(root: pathlib.Path) -> list[str]:
    code_rules, literal_rules = compiled(BANNED), compiled(BANNED_IN_LITERALS)
    faults = []
    for path in sources(root, "src/engine"):
        raw = path.read_text(encoding="utf-8")
        lines = zip(raw.split("\n"), blank(raw).split("\n"), blank(raw, literals=False).split("\n"))
        for number, (line, code, with_literals) in enumerate(lines, start=1):
            where = f"{path.relative_to(root)}:{number}"
            if EXEMPTION.search(line):
                continue
            if EMPTY_EXEMPTION.search(line):
                faults.append(f"{where}: an exemption gives its reason: // purity: REASON")
            for rules, text in ((code_rules, code), (literal_rules, with_literals)):
                for what, pattern in rules:
                    if match := pattern.search(text):
                        faults.append(f"{where}: the engine may not use {what}: {match.group(0).strip()}")
    return faults


if __name__ == "__main__":
    sys.exit(report(faults_of(pathlib.Path(sys.argv[1])), "purity"))
