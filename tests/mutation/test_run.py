"""test_run.py: plants every fault into the library of fixture/ with tests/mutation/run, and looks at what it says of each."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIXTURE = HERE / "fixture"

sys.dont_write_bytecode = True

from faults import faults_of  # noqa: E402

failed = 0


def check(what, holds):
    global failed
    if not holds:
        failed += 1
        print(f"not so: {what}")


def digest_of(folder):
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def command(*options):
    return [sys.executable, str(HERE / "run"), "--tree", str(FIXTURE), *options]


def run(*options):
    """Runs it with a folder of its own for temporary files: (exit status, what it wrote, what it left behind)."""
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(command(*options), capture_output=True, text=True, env={**os.environ, "TMPDIR": folder})
        return ran.returncode, ran.stdout, ran.stderr, os.listdir(folder)


def living(output):
    return set(re.findall(r"^lib/shelf/shelf\.c:\d+ lives\n    - (.*)\n    \+ (.*)$", output, re.M))


def test_places():
    """One fault for each thing that can be turned, none in comments, texts and what is read before the compiler."""
    def of(line):
        return {fault.new.strip() for fault in faults_of("x.c", "#include <x.h>\nint x(void)\n{\n    " + line + "\n}\n")}
    check("a comparison and its number", of("if (a < 3) /* 1 + 1 */") == {"if (a <= 3) /* 1 + 1 */", "if (a < 4) /* 1 + 1 */",
                                                                        "if (!(a < 3)) /* 1 + 1 */"})
    check("a call", of('put(" == ");') == {";"})
    check("a condition with a text", of('if (is("a < b"))') == {'if (!(is("a < b")))'})
    check("a declaration", of("int a = b;") == set())
    check("a status", of("return SIRA_E_LIMIT;") == {"return SIRA_OK;"})
    check("a negation", of("return !a;") == {"return a;"})
    check("a number in another system", of("return 0x0f;") == {"return 16;"})
    check("what stands outside of braces", faults_of("x.c", "static int a = 1 + 2;\n") == [])


def test_fixture():
    status, out, err, left = run("--no-sanitize")
    lives = living(out)
    turned = ("return value == 77;", "return value != 77;")
    behind_the_end = ("for (int i = 0; i < count; i++)", "for (int i = 0; i <= count; i++)")
    check(f"too many live: {out}{err}", status == 1)
    check("what no test calls lives", turned in lives)
    check("what only a sanitizer sees lives without one", behind_the_end in lives)
    check("a sum that is too small is found", not any("value + 1" in old for old, _ in lives))
    check("what is the same by name is not told", ("if (value > 10)", "if (value >= 10)") not in lives)
    planted = {(fault.old.strip(), fault.new.strip()) for fault in faults_of("x.c", (FIXTURE / "lib/shelf/shelf.c").read_text())}
    for what, fault in (("time and memory", ("done += 1;", "done -= 1;")), ("of the disk", ("count -= 1;", "count += 1;"))):
        check(f"what takes all {what} is planted, and found", fault in planted and fault not in lives)
    check("code that is gone is told", "this code is gone: lib/shelf/shelf.c | if (value > 12)" in err)
    check("the scores are told", re.search(r"^lib/shelf +\d+ +\d+ +\d+ +\d+\.\d$", out, re.M))
    check(f"nothing is left: {left}", left == [])
    status, out, err, left = run("--least", "0")
    check("a sanitizer finds what reads behind the end", behind_the_end not in living(out) and turned in living(out))
    check(f"no test is left out: {err}", "left out" not in err)
    check("few are enough where that was said", status == 0)


def test_choice():
    check("the same seed plants the same", run("--count", "3", "--seed", "7")[1].split("\n\n")[0] ==
          run("--count", "3", "--seed", "7")[1].split("\n\n")[0])
    check("an unknown option", run("--sead", "7")[0] == 2)
    check("no number", run("--count", "many")[0] == 2)
    check("a folder that is not there", run("lib/cupboard")[0] == 2)


def test_interrupted():
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                   env={**os.environ, "TMPDIR": folder})
        process.stdout.readline()  # it has chosen, and begins
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        process.communicate(timeout=60)
        check("it ends by the signal", process.returncode == 128 + signal.SIGTERM)
        check("and soon", time.monotonic() - begin < 30)
        check(f"nothing is left: {os.listdir(folder)}", os.listdir(folder) == [])


before = digest_of(FIXTURE)
test_places()
test_fixture()
test_choice()
test_interrupted()
check("the tree is as it was", digest_of(FIXTURE) == before)
sys.exit(1 if failed else 0)
