"""Builds a copy of the tree once, and then, for each fault, one file of it and one shared library, against which the tests run."""

import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COPIED = ["CMakeLists.txt", "cmake", "include", "lib", "tests", "examples"]
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
MEMORY = 1 << 30      # what a test may have, in octets
FILE_SIZE = 16 << 20  # what it may write into a file
PATIENCE = 5          # seconds that a test may take more than ten times what it takes without a fault


class Ended(Exception):
    """The command is being ended."""


class Runner:
    """Runs commands, and ends all of them, with all that they have started, when it is told to."""

    def __init__(self):
        self._lock = threading.Lock()
        self._running = set()
        self._ended = False

    def run(self, command, timeout=None, prepare=None, **others):
        """(exit status, what it wrote); the status is None when its time was up."""
        with self._lock:
            if self._ended:
                raise Ended()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True,
                                       preexec_fn=prepare, **{"stdout": subprocess.PIPE, **others})
            self._running.add(process)
        try:
            output, _ = process.communicate(timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            output, status = b"", None
        finally:
            with self._lock:
                self._running.discard(process)
            self._kill(process)
        if self._ended:
            raise Ended()
        return status, (output or b"").decode(errors="replace")

    def end(self):
        with self._lock:
            self._ended = True
            for process in self._running:
                self._kill(process)

    @staticmethod
    def _kill(process):
        """What a test has started lives in its group, also when it has ended itself."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def _bounded(memory):
    """Runs in the child: no core dumps, no large files, and so much memory (None: an address sanitizer reserves terabytes)."""
    def prepare():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    return prepare


class Program:
    """A test program: its objects, what it is linked with besides the library, the files of lib/ that it reaches."""

    def __init__(self, name, sources, libraries):
        self.name, self.sources, self.libraries = name, sources, libraries
        self.path, self.reaches, self.seconds = None, set(), 0.0


class Workshop:
    """One build of the copy: plain, or with sanitizers."""

    def __init__(self, root, folder, runner, jobs):
        self.root, self.folder, self.runner, self.jobs = Path(root), Path(folder), runner, jobs
        self.copy = self.folder / "tree"
        self.build = self.folder / "build"

    # ---- the copy ----

    def take_copy(self):
        for name in COPIED:
            source = self.root / name
            if source.is_dir():
                shutil.copytree(source, self.copy / name)
            elif source.is_file():
                self.copy.mkdir(exist_ok=True)
                shutil.copy(source, self.copy / name)

    def configure(self):
        self._must(["cmake", "-S", str(self.copy), "-B", str(self.build), "-G", "Unix Makefiles", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                    "-DCMAKE_BUILD_TYPE=Debug", "-DSIRA_BUILD_TESTS=ON", "-DSIRA_BUILD_EXAMPLES=OFF", "-DSIRA_INSTALL=OFF",
                    "-DSIRA_WITH_GCRYPT=ON", "-DSIRA_WITH_PORTABLE_HASH=ON", "-DSIRA_WITH_HOST=ON", "-DBUILD_SHARED_LIBS=OFF"])
        commands, programs = {}, {}
        for entry in json.loads((self.build / "compile_commands.json").read_text()):
            path = os.path.relpath(entry["file"], self.copy)
            command = shlex.split(entry["command"])
            output = command[command.index("-o") + 1]
            if not path.startswith(("lib/", "tests/support/", "tests/unit/", "tests/scenario/")):
                continue
            target = re.search(r"CMakeFiles/([^/]+)\.dir/", output).group(1)
            key = path
            if re.match(r"tests/(unit|scenario)$", os.path.relpath(entry["directory"], self.build)):
                key = f"{target}:{path}"  # two programs may build one file in two ways
                programs.setdefault((entry["directory"], target), []).append(key)
            commands.setdefault(key, (path, self._flags(command)))
        self.commands = commands
        self.library = sorted(key for key in commands if key.startswith("lib/"))
        self.support = sorted(key for key in commands if key.startswith("tests/support/"))
        self.programs = [Program(target, sources, self._libraries(directory, target))
                         for (directory, target), sources in sorted(programs.items())]

    @staticmethod
    def _flags(command):
        """A compiler's command without input, output, and what this build decides for itself."""
        kept, skip = [], False
        for word in command:
            if skip or word in ("-o", "-c"):
                skip = not skip
            elif not re.match(r"-(g|O|W|fvisibility|fPIC|fPIE|fsanitize|pedantic)", word):
                kept.append(word)
        return kept

    def _libraries(self, directory, target):
        words = shlex.split((Path(directory) / f"CMakeFiles/{target}.dir/link.txt").read_text())
        return [word for word in words if (word.endswith(".so") or word.startswith("-l"))]

    def _must(self, command):
        status, output = self.runner.run(command)
        if status != 0:
            raise RuntimeError(f"{shlex.join(command)}\n{output}")

    # ---- building ----

    def object_of(self, key, kind):
        return self.folder / kind / (re.sub(r"\W", "_", key) + ".o")

    def compile_command(self, key, options, output, source=None):
        path, flags = self.commands[key]
        place = self.copy / path
        return [*flags, "-w", "-fPIC", *options, f"-I{place.parent}", "-o", str(output), "-c", str(source or place)]

    def build_all(self, kind, options):
        """Compiles everything, links the library and the programs, and finds out what each of them reaches."""
        self.kind, self.options = kind, options
        (self.folder / kind).mkdir()
        with ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(lambda key: self._must(self.compile_command(key, options, self.object_of(key, kind))), self.commands))
            self.link_library(self.folder / kind, {})
            list(pool.map(self._link_program, self.programs))

    def link_library(self, folder, exchanged):
        """libfaulty.so with some objects exchanged: {key: object}."""
        objects = [str(exchanged.get(key, self.object_of(key, self.kind))) for key in self.library]
        self._must(["cc", "-shared", *self._sanitizers(), "-o", str(folder / "libfaulty.so"), *objects])

    def _sanitizers(self):
        return [option for option in self.options if option.startswith("-fsanitize")]

    def _link_program(self, program):
        folder = self.folder / self.kind
        objects = [str(self.object_of(key, self.kind)) for key in [*program.sources, *self.support]]
        path = folder / program.name
        libraries = [*program.libraries, "-lm"]
        shared = sorted({word for other in self.programs for word in other.libraries})
        self._must(["cc", *self._sanitizers(), "-o", str(path), *objects, f"-L{folder}", "-lfaulty",
                    "-Wl,--as-needed", *libraries, *shared])
        program.path = path

    # ---- what reaches what ----

    def find_reaches(self):
        """A fault can matter only to programs that reach its file: by the symbols that objects give and need."""
        home, needs = {}, {}
        keys = [*self.library, *self.support, *(key for program in self.programs for key in program.sources)]
        for key in keys:
            _, output = self.runner.run(["nm", "-P", str(self.object_of(key, self.kind))])
            symbols = [line.split()[:2] for line in output.splitlines()]
            needs[key] = {name for name, type_ in symbols if type_ == "U"}
            if key in self.library or key in self.support:
                home.update((name, key) for name, type_ in symbols if type_ in "TDBRV")
        for program in self.programs:
            found, left = set(), list(program.sources)
            while left:
                key = left.pop()
                if key not in found:
                    found.add(key)
                    left += [home[name] for name in needs[key] if name in home]
            program.reaches = found & set(self.library)

    # ---- running ----

    def run_program(self, program, folder, timeout):
        """True when it passes."""
        place = folder / "run"
        place.mkdir(exist_ok=True)
        environment = {**os.environ, "LD_LIBRARY_PATH": str(folder), "TMPDIR": str(place),
                       "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:"
                                       "allocator_may_return_null=1:hard_rss_limit_mb=1024"}
        memory = None if self._sanitizers() else MEMORY
        status, _ = self.runner.run([str(program.path)], timeout=timeout, prepare=_bounded(memory), stdout=subprocess.DEVNULL,
                                    env=environment, cwd=place)
        return status == 0

    def measure(self):
        """Leaves out the programs that fail without a fault, and returns their names."""
        def one(program):
            begin = time.monotonic()
            folder = self.folder / self.kind
            passes = self.run_program(program, folder, 120)
            program.seconds = time.monotonic() - begin
            return passes
        with ThreadPoolExecutor(self.jobs) as pool:
            passed = list(pool.map(one, self.programs))
        failed = [program.name for program, passes in zip(self.programs, passed) if not passes]
        self.programs = [program for program, passes in zip(self.programs, passed) if passes]
        return failed

    def order(self, path):
        """The programs that a fault in this file can matter to: those of its name first, then the quickest."""
        stem = Path(path).stem
        able = [program for program in self.programs if path in program.reaches]
        return sorted(able, key=lambda program: (stem not in program.name, program.seconds))

    # ---- a fault ----

    def try_fault(self, fault, number):
        """"invalid", "same" (code that does the same), "lives", or "found"."""
        folder = self.folder / f"fault{number}"
        folder.mkdir()
        try:
            lines = (self.copy / fault.path).read_text().split("\n")
            lines[fault.line - 1] = fault.new
            source = folder / Path(fault.path).name
            source.write_text("\n".join(lines))
            faulty = folder / "faulty.o"
            if self.runner.run(self.compile_command(fault.path, self.options, faulty, source))[0] != 0:
                return "invalid"
            if faulty.read_bytes() == self.object_of(fault.path, self.kind).read_bytes():
                return "same"
            self.link_library(folder, {fault.path: faulty})
            for program in self.order(fault.path):
                if not self.run_program(program, folder, PATIENCE + 10 * program.seconds):
                    return "found"
            return "same" if self._is_same_optimized(fault, folder, source) else "lives"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _is_same_optimized(self, fault, folder, source):
        """An optimizing compiler writes the same code for both: then nobody can tell them apart."""
        objects = []
        for name, text in (("with", source.read_text()), ("without", (self.copy / fault.path).read_text())):
            source.write_text(text)
            objects.append(folder / f"{name}.o")
            if self.runner.run(self.compile_command(fault.path, ["-O2"], objects[-1], source))[0] != 0:
                return False
        return objects[0].read_bytes() == objects[1].read_bytes()
