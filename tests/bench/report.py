"""Runs the benchmark programs of one folder and prints them side by side; or checks Sira's counts, which are exact.

    report.py FOLDER            the table, with every bench_X that stands in the folder
    report.py --check PROGRAM   exit status 1 when a count passes its "must" in limits.tsv, 77 without valgrind
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PEERS = {"bench_sira": "Sira", "bench_osip": "libosip2", "bench_re": "libre", "bench_sofia": "sofia-sip"}
ROWS = {
    "parse-register": "parse a REGISTER, typed",
    "parse-200": "parse a 200, typed",
    "parse-401": "parse a 401, typed",
    "parse-invite": "parse an INVITE, typed",
    "write-register": "write a REGISTER",
}
OWN_ROWS = {
    "index-register": "index of the REGISTER",
    "validate-register": "index and validation",
    "floor-lines": "floor: memchr pass",
    "floor-append": "floor: plain appends",
}
# Digest is measured beside the hashing that it can't do without: (case, floor, text).
DIGEST = "bench_digest"
DIGEST_ROWS = [
    ("answer-md5", "floor-md5", "answer, MD5, HA1 known"),
    ("answer-sha256", "floor-sha256", "answer, SHA-256, HA1 known"),
    ("whole-md5", "floor-md5", "401 to line, MD5, HA1 known"),
    ("whole-md5-new", "floor-md5", "401 to line, MD5, password"),
    ("whole-sha256", "floor-sha256", "401 to line, SHA-256"),
    ("verify-md5", "floor-md5", "request to verdict, MD5"),
    ("verify-sha256", "floor-sha256", "request to verdict, SHA-256"),
]
# Whole registrations: (text, value, digits behind the point, must, wants). Values are of ns each, or counted.
AGENT = "bench_agent"
AGENT_ROWS = [
    ("1,000 lines: registrations per second and core", lambda of: 1e9 / of["lines-1000"], 0, None, None),
    ("10,000 lines", lambda of: 1e9 / of["lines-10000"], 0, 56000, 84000),
    ("100,000 lines", lambda of: 1e9 / of["lines-100000"], 0, None, None),
    ("floor: the bare four system calls", lambda of: 1e9 / of["floor"], 0, None, None),
    ("10,000 lines as a part of the floor", lambda of: of["floor"] / of["lines-10000"], 2, 0.5, 0.75),
    ("100,000 lines as a part of 1,000", lambda of: of["lines-1000"] / of["lines-100000"], 2, 0.8, 0.95),
    ("10,000 lines by the clock, registrar included", lambda of: 1e9 / of["clock-10000"], 0, None, None),
    ("floor by the clock, registrar included", lambda of: 1e9 / of["clock-floor"], 0, None, None),
    ("end of a transaction of 1,000 lines, ns", lambda of: of["ends-1000"], 0, None, None),
    ("end of a transaction of 100,000 lines, ns", lambda of: of["ends-100000"], 0, None, None),
    ("bytes of a line, account and registration", lambda of: of["bytes"], 0, 2048, 1280),
    ("heap calls of a line", lambda of: of.get("heap"), 0, 0, 0),
    ("instructions of a line in sira_agent_receive", lambda of: of.get("instructions"), 0, None, None),
]
RUNS = 100


def limits(program):
    """{case: {"must": limit, "wants": limit}} of a program; a limit is (factor, None) or (factor, case it multiplies)."""
    lines = (Path(__file__).parent / "limits.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[1]: {"must": limit(row[2]), "wants": limit(row[3])} for row in rows[1:] if row[0] == program}


def limit(text):
    factor, times, case = text.partition(" x ")
    return float(factor), case if times else None


def counted_by_valgrind(tool, pattern, command):
    done = subprocess.run(["valgrind", *tool, "--child-silent-after-fork=yes", *command], capture_output=True, text=True)
    found = re.search(pattern, done.stderr)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"{' '.join(command)}: valgrind failed\n{done.stderr}")
    return int(found.group(1).replace(",", ""))


def instructions_of(command, options=()):
    with tempfile.NamedTemporaryFile() as out:
        tool = ["--tool=callgrind", f"--callgrind-out-file={out.name}", *options]
        return counted_by_valgrind(tool, r"Collected : (\d+)", command)


def heap_calls_of(command):
    """Of the program and of all that it is linked with."""
    tool = ["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"]
    return counted_by_valgrind(tool, r"total heap usage: ([\d,]+) allocs", command)


def count(program, case, counter=instructions_of):
    """Of one run when all is warm: what many runs cost more than few, without what starting costs."""
    few, many = (counter([program, case, str(runs)]) for runs in (2, 2 + RUNS))
    return (many - few) / RUNS


def times(program):
    pinned = ["taskset", "-c", str(max(os.sched_getaffinity(0)))] if shutil.which("taskset") else []
    output = subprocess.run([*pinned, program], capture_output=True, text=True, check=True).stdout
    return {case: float(ns) for case, ns in (line.split("\t") for line in output.splitlines())}


def cell(value, base):
    if value is None:
        return "-"
    ratio = f" ({value / base:.1f}x)" if base and value != base else ""
    return f"{value:,.0f}{ratio}"


def table(title, rows, columns):
    """rows: {case: text}; columns: {name: {case: value}}, Sira first; other values are shown as ratios to it, too."""
    base = next(iter(columns.values()))
    print(f"\n{title}")
    print(f"{'':26}" + "".join(f"{name:>20}" for name in columns))
    for case, text in rows.items():
        print(f"{text:26}" + "".join(f"{cell(values.get(case), base.get(case)):>20}" for values in columns.values()))


def digest_table(title, values):
    print(f"\n{title}")
    print(f"{'':30}{'Sira':>12}{'two hashes':>12}{'ratio':>8}")
    for case, floor, text in DIGEST_ROWS:
        print(f"{text:30}{values[case]:>12,.0f}{values[floor]:>12,.0f}{values[case] / values[floor]:>8.2f}")


def report_digest(program):
    digest_table("Digest beside its hashing in Libgcrypt, ns (median, pinned)", times(program))
    if shutil.which("valgrind"):
        cases = {case for row in DIGEST_ROWS for case in row[:2]}
        digest_table("The same, instructions (callgrind, without SHA extensions)", {case: count(program, case) for case in cases})


def number(value, digits):
    return "-" if value is None else f"{value:,.{digits}f}"


def report_agent(program):
    values = times(program)
    if shutil.which("valgrind"):
        inside = lambda command: instructions_of(command, ["--toggle-collect=sira_agent_receive"])
        values["heap"] = count(program, "lines", heap_calls_of)
        values["instructions"] = count(program, "lines", inside)
    print("\nREGISTER, 401, REGISTER, 200 over loopback with MD5, 64 in flight (median, pinned)")
    print(f"{'':48}{'Sira':>12}{'must':>12}{'wants':>12}")
    for text, value, digits, *wanted in AGENT_ROWS:
        print(f"{text:48}" + "".join(f"{number(one, digits):>12}" for one in (value(values), *wanted)))


def report(folder):
    programs = {name: str(Path(folder) / file) for file, name in PEERS.items() if (Path(folder) / file).exists()}
    measured = {name: times(path) for name, path in programs.items()}
    table("Time, ns (median, pinned)", ROWS, measured)
    table("Sira alone and floors, ns", OWN_ROWS, {"Sira": measured["Sira"]})
    for name, report_one in {DIGEST: report_digest, AGENT: report_agent}.items():
        if (Path(folder) / name).exists():
            report_one(str(Path(folder) / name))
    if not shutil.which("valgrind"):
        print("\nNo instruction counts: valgrind is not installed.")
        return 0
    counted = {name: {case: count(path, case) for case in ROWS} for name, path in programs.items()}
    for kind in ("must", "wants"):
        counted[kind] = {case: limit[kind][0] for case, limit in limits("bench_sira").items()}
    table("Instructions (callgrind)", ROWS, counted)
    own = {case: count(programs["Sira"], case) for case in OWN_ROWS}
    table("Sira alone and floors, instructions", OWN_ROWS, {"Sira": own})
    return 0


def check(program):
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed, and it counts")
        return 77
    if platform.machine() != "x86_64":
        print(f"skipped: the limits are for x86-64, this is {platform.machine()}")
        return 77
    counted = {}
    what, counter = ("heap calls", heap_calls_of) if Path(program).name == AGENT else ("instructions", instructions_of)

    def counted_once(case):
        counted[case] = counted.get(case) or count(program, case, counter)
        return counted[case]

    def resolved(factor, case):
        return factor * counted_once(case) if case else factor

    rules = limits(Path(program).name)
    failed = 0 if rules else 1
    for case, rule in rules.items():
        value = counted_once(case)
        must, wants = (resolved(*rule[kind]) for kind in ("must", "wants"))
        verdict = "ok" if value <= must else "TOO MANY"
        failed += value > must
        print(f"{case}: {value:,.0f} {what}, must {must:,.0f}, wants {wants:,.0f}: {verdict}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2]))
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sys.exit(report(sys.argv[1]))
