"""Runs the benchmark programs of one folder and prints them side by side; or checks Sira's instruction counts.

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
RUNS = 100


def limits(program):
    """{case: {"must": limit, "wants": limit}} of a program; a limit is (factor, None) or (factor, case it multiplies)."""
    lines = (Path(__file__).parent / "limits.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[1]: {"must": limit(row[2]), "wants": limit(row[3])} for row in rows[1:] if row[0] == program}


def limit(text):
    factor, times, case = text.partition(" x ")
    return float(factor), case if times else None


def instructions_of(program, case, runs):
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", program, case, str(runs)],
                              capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"{program} {case}: valgrind failed\n{done.stderr}")
    return int(found.group(1))


def count(program, case):
    """Of one run when all is warm: what many runs cost more than few, without what starting costs."""
    few, many = (instructions_of(program, case, runs) for runs in (2, 2 + RUNS))
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


def report(folder):
    programs = {name: str(Path(folder) / file) for file, name in PEERS.items() if (Path(folder) / file).exists()}
    measured = {name: times(path) for name, path in programs.items()}
    table("Time, ns (median, pinned)", ROWS, measured)
    table("Sira alone and floors, ns", OWN_ROWS, {"Sira": measured["Sira"]})
    digest = Path(folder) / DIGEST
    if digest.exists():
        report_digest(str(digest))
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
        print("skipped: valgrind is not installed, and it counts the instructions")
        return 77
    if platform.machine() != "x86_64":
        print(f"skipped: the limits are for x86-64, this is {platform.machine()}")
        return 77
    counted = {}

    def counted_once(case):
        counted[case] = counted.get(case) or count(program, case)
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
        print(f"{case}: {value:,.0f} instructions, must {must:,.0f}, wants {wants:,.0f}: {verdict}")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2]))
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    sys.exit(report(sys.argv[1]))
