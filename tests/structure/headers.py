"""Each header compiles alone, and twice in one file."""

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tree

C99 = ["-x", "c", "-std=c99"]
C11 = ["-x", "c", "-std=c11"]
CPP11 = ["-x", "c++", "-std=c++11"]
STRICT = ["-fsyntax-only", "-pedantic-errors", "-Wall", "-Wextra", "-Werror"]


def runs(command):
    """Can this compiler compile nothing? (gcc knows C++ only where g++ is installed.)"""
    return subprocess.run([*command, "-fsyntax-only", "-"], input="", capture_output=True, text=True).returncode == 0


def commands(compiler):
    """[(language, command)] for the build's compiler and every other one that is there."""
    every = [list(compiler)]
    every += [[name] for name in ("gcc", "clang") if shutil.which(name) and [shutil.which(name)] != every[0]]
    found = [(language, [*command, *flags])
             for command in every for language, flags in (("C99", C99), ("C++11", CPP11), ("C11", C11))]
    return [(language, command) for language, command in found if runs(command)]


def problems(root, compiler):
    available = commands(compiler)
    jobs = []
    found = [f"no compiler for {language} is here" for language in ("C99", "C++11", "C11")
             if language not in dict(available)]
    for language, command in available:
        if language == "C11":
            names = [path[len("lib/"):] for path in tree.files(root, "lib/**/*.h")]
            jobs += [(command, language, f'"{name}"') for name in names]
        else:
            names = [path[len("include/"):] for path in tree.public_headers(root)]
            jobs += [(command, language, f"<{name}>") for name in names]

    def compile_alone(job):
        command, language, name = job
        # The host's headers bring libuv's, which need POSIX types.
        host = ["-D_POSIX_C_SOURCE=200809L"] if "host" in name else []
        # An empty file is no C: give it one declaration.
        text = f"#include {name}\n#include {name}\nextern int nothing;\n"
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "alone.c"
            source.write_text(text)
            done = subprocess.run([*command, *STRICT, *host, f"-I{root}/include", f"-I{root}/lib", str(source)],
                                  capture_output=True, text=True)
        if done.returncode == 0:
            return None
        return f"{name} does not compile alone as {language} with {command[0]}:\n{done.stderr}"

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        found += [problem for problem in pool.map(compile_alone, jobs) if problem]
    return found
