"""Rules that can only be read off compiled code: symbols, sections, the call graph."""

import os
import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tree

# What the core takes from libc.
LIBC = {"memcpy", "memmove", "memset", "memcmp", "memchr", "strlen", "strnlen"}
# What the compiler makes up: the table of addresses in position-independent code, memcmp() == 0 in clang, and long arithmetic
# on small machines.
COMPILER = re.compile(r"_GLOBAL_OFFSET_TABLE_|bcmp|__aeabi_\w+|__gnu_thumb1_case_\w+")
GCRYPT_SOURCE = "lib/base/gcrypt.c"

FLAGS = ["-std=c11", "-Os", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-DSIRA_BUILDING",
         # What distributions switch on by default calls libc behind the source's back.
         "-U_FORTIFY_SOURCE", "-fno-stack-protector"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def compile_all(root, sources, compiler, flags, folder):
    """{source: object}; only from lib/sources.cmake and two include paths, as any other build system would."""
    objects = {source: str(Path(folder) / (source.replace("/", "_")[:-2] + ".o")) for source in sources}

    def compile_one(source):
        include = [f"-I{root}/include", f"-I{root}/lib"]
        host = ["-D_POSIX_C_SOURCE=200809L"] if source.startswith("lib/host/") else []
        run(*compiler, *FLAGS, *flags, *host, *include, "-c", f"{root}/{source}", "-o", objects[source])

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(compile_one, sources))
    return objects


def symbols(objects):
    """{source: [(type letter, name)]}"""
    result = {}
    for source, path in objects.items():
        lines = (line.split() for line in run("nm", "-P", path).splitlines())
        result[source] = [(fields[1], fields[0]) for fields in lines]
    return result


def writable_sections(path):
    """Sections with something in them that the program could write. Constant tables of addresses are written by the loader
    only (.data.rel.ro)."""
    found = []
    pattern = r"\]\s+(\S+)\s+(?:PROGBITS|NOBITS)\s+\S+\s+\S+\s+(\S+)\s+\S+\s+(\w*)\s"
    for name, size, flags in re.findall(pattern, run("readelf", "-SW", path)):
        if "W" in flags and int(size, 16) > 0 and not name.startswith(".data.rel.ro"):
            found.append(f"{name} ({int(size, 16)} bytes)")
    return found


def symbol_problems(root, compiler):
    """Only sira_ names, each declared; nothing writable; from libc only what the list says; nothing promised and missing."""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        core = compile_all(root, tree.sources(root), compiler, ["-fPIC"], folder)
        host = compile_all(root, tree.lists(root).get("SIRA_HOST_SOURCES", []), compiler, ["-fPIC"], folder)
        table = symbols({**core, **host})
        api = tree.api_names(root)
        internal = " ".join((Path(root) / path).read_text() for path in tree.files(root, "lib/**/*.h"))
        defined = {name for entries in table.values() for kind, name in entries if kind not in "Uu" and kind.isupper()}
        for source, path in core.items():
            problems += [f"{source}: writable memory in {section}" for section in writable_sections(path)]
            problems += undefined_problems(source, table[source], defined)
        for source, entries in table.items():
            for kind, name in entries:
                if kind not in "Uu" and kind.isupper():
                    problems += name_problems(source, name, api, internal)
        problems += [f"{header} declares {name}, and nobody defines it" for name, header in api.items() if name not in defined]
    return problems


def undefined_problems(source, entries, defined):
    problems = []
    for kind, name in entries:
        if kind == "C":
            problems.append(f"{source}: {name} is a common (writable) symbol")
        if kind not in "Uwv" or name in defined or name in LIBC or COMPILER.fullmatch(name):
            continue
        if not (source == GCRYPT_SOURCE and name.startswith("gcry_")):
            problems.append(f"{source} needs {name}, which is not on the list of what the core may use")
    return problems


def name_problems(source, name, api, internal):
    if name.startswith("sira_i_"):
        declared = re.search(rf"\b{name}\b", internal)
        return [] if declared else [f"{source}: {name} is global and no header under lib/ declares it"]
    if not name.startswith("sira_"):
        return [f"{source}: the global name {name} does not start with sira_"]
    return [] if name in api else [f"{source}: {name} is global and no public header declares it as SIRA_API"]


class CallGraph:
    """Who calls whom, with what stack, from gcc's -fcallgraph-info=su."""

    INDIRECT = "__indirect_call"

    def __init__(self, folder):
        self.stack, self.layer, self.calls, self.dynamic = {}, {}, {}, []
        for path in Path(folder).glob("*.ci"):
            text = path.read_text()
            for title, label in re.findall(r'node: \{ title: "([^"]+)" label: "([^"]*)"', text):
                size = re.search(r"(\d+) bytes \(([\w,]+)\)", label)
                if size:
                    self.stack[title] = int(size.group(1))
                    self.layer[title] = re.search(r"lib/(\w+)/", label).group(1)
                    # "dynamic,bounded" is alignment and the like.
                    if size.group(2) == "dynamic":
                        self.dynamic.append(title)
            for caller, callee in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
                self.calls.setdefault(caller, set()).add(callee)

    def cycle(self):
        """The names along a chain of direct calls that comes back to itself, or None."""
        done, trail = set(), []

        def visit(name):
            if name in trail:
                return trail[trail.index(name):] + [name]
            if name in done:
                return None
            trail.append(name)
            for callee in sorted(self.calls.get(name, ())):
                found = visit(callee)
                if found:
                    return found
            trail.pop()
            done.add(name)
            return None

        for name in sorted(self.calls):
            found = visit(name)
            if found:
                return found
        return None

    def deepest(self, roots, by_pointer, indirect=2):
        """(bytes, names) of the deepest chain from any root. A call through a pointer may reach the functions of by_pointer that
        reachable() names, such calls being nested `indirect` times at most (the library's: a timer, then a writer); what the
        application's callbacks need is theirs."""
        known = {}

        def visit(name, left):
            if (name, left) in known:
                return known[name, left]
            callees = [(callee, left) for callee in self.calls.get(name, ()) if callee != self.INDIRECT]
            if self.INDIRECT in self.calls.get(name, ()) and left > 0:
                callees += [(target, left - 1) for target in by_pointer if self.reachable(name, target)]
            below = max((visit(*callee) for callee in callees), default=(0, []))
            known[name, left] = (self.stack.get(name, 0) + below[0], [name] + below[1])
            return known[name, left]

        return max((visit(root, indirect) for root in roots), default=(0, []))

    def reachable(self, caller, target):
        """The base calls memset and the application's entropy through pointers, message and digest what is of their own layer (a
        hash provider); the rest are timers and transactions, which call their owners."""
        if self.layer[caller] == "base":
            return False
        if self.layer[caller] in ("message", "digest"):
            return self.layer[target] == self.layer[caller]
        return self.layer[target] not in ("message", "digest")


def call_graph(root, compiler, flags, folder):
    sources = [path for path in tree.sources(root) if path != GCRYPT_SOURCE]
    compile_all(root, sources, compiler, ["-fcallgraph-info=su", *flags], folder)
    return CallGraph(folder)


def recursion_problems(root, compiler):
    """No chain of calls comes back to itself, and no function's stack depends on its input."""
    with tempfile.TemporaryDirectory() as folder:
        graph = call_graph(root, compiler, [], folder)
    problems = [f"{name}: its stack grows with its input" for name in graph.dynamic]
    cycle = graph.cycle()
    if cycle:
        problems.append("recursion: " + " -> ".join(cycle))
    if not graph.stack:
        problems.append("the compiler wrote no call graph")
    return problems


def deepest_stack(root, compiler, flags):
    with tempfile.TemporaryDirectory() as folder:
        graph = call_graph(root, compiler, flags, folder)
    called = {callee for callees in graph.calls.values() for callee in callees}
    api = set(tree.api_names(root))
    by_pointer = [name for name in graph.stack if name not in called and name not in api]
    return graph.deepest([name for name in graph.stack if name in api], by_pointer)
