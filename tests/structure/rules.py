"""Rules that can be read off the text. Each takes the root of a tree and returns its problems, one sentence each."""

import re
from pathlib import Path

import tree

MAX_ARGUMENTS = 5
MAX_COLUMNS = 120
MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 700

# Nothing above the I/O line sees a socket, thread, time, allocation or stdio header: these are all it may see.
CORE_SYSTEM_HEADERS = {"stdbool.h", "stddef.h", "stdint.h", "string.h"}
EXTRA_SYSTEM_HEADERS = {"lib/base/gcrypt.c": {"gcrypt.h"}, "include/sira/host.h": {"uv.h"}}


def sources(root):
    """lib/sources.cmake lists exactly the files that exist."""
    problems = []
    lists = tree.lists(root)
    for kind, suffix, existing in (("SOURCES", ".c", tree.files(root, "lib/**/*.c")),
                                   ("HEADERS", ".h", tree.public_headers(root))):
        listed = [path for name, paths in lists.items() if name.endswith(kind) for path in paths]
        for path in sorted(set(listed)):
            if listed.count(path) > 1:
                problems.append(f"lib/sources.cmake lists {path} twice")
            if path not in existing:
                problems.append(f"lib/sources.cmake lists {path}, which does not exist")
        for path in existing:
            if path not in listed:
                problems.append(f"lib/sources.cmake does not list {path}")
        problems += [f"lib/sources.cmake: {path} in a list of *{suffix}" for path in listed if not path.endswith(suffix)]
    return problems


def includes(root, path):
    text = (Path(root) / path).read_text()
    return re.findall(r"^\s*#\s*include\s+([<\"])([^>\"]+)[>\"]", text, flags=re.M)


def layer_of(path):
    """Of a file of the library; None for a public header that has no place in tree.PUBLIC_LAYER."""
    if path.startswith("include/"):
        return tree.public_layer(path[len("include/"):])
    return path.split("/")[1]


def layers(root):
    """No file includes a header of a higher layer, and nothing above the I/O line includes what belongs below it."""
    problems = []
    for path in tree.library_files(root):
        if path == "include/" + tree.UMBRELLA:
            continue
        layer = layer_of(path)
        if layer not in tree.LAYERS:
            problems.append(f"{path}: its layer is not known; name it in tests/structure/tree.py")
            continue
        for bracket, name in includes(root, path):
            problems += include_problems(root, path, layer, bracket, name)
    return problems


def include_problems(root, path, layer, bracket, name):
    if name == tree.UMBRELLA:
        return [f"{path} includes the umbrella {name}"]
    if name.startswith("sira/"):
        other = tree.public_layer(name)
        if bracket == '"':
            return [f"{path} includes \"{name}\"; public headers stand in <>"]
        if other is None:
            return [f"{path} includes <{name}>, whose layer is not known; name it in tests/structure/tree.py"]
    elif bracket == '"':
        other = name.split("/")[0]
        if path.startswith("include/"):
            return [f"{path} includes the internal \"{name}\""]
        if other not in tree.LAYERS or not (Path(root) / "lib" / name).is_file():
            return [f"{path} includes \"{name}\", which is no path below lib/"]
    else:
        allowed = CORE_SYSTEM_HEADERS | EXTRA_SYSTEM_HEADERS.get(path, set())
        if layer == "host" and path.startswith("lib/"):
            return []
        return [] if name in allowed else [f"{path} includes <{name}>, which does not belong above the I/O line"]
    if tree.LAYERS.index(other) > tree.LAYERS.index(layer):
        return [f"{path} (layer {layer}) includes {name} of the higher layer {other}"]
    return []


def interface(root):
    """Function and header rules: at most five arguments, include guards, no internal name in a public header."""
    problems = []
    for path in tree.library_files(root):
        text = (Path(root) / path).read_text()
        for name, parameters, start, end in tree.functions(text):
            where = f"{path}:{tree.line_of(text, start)}: {name}"
            if len(parameters) > MAX_ARGUMENTS:
                problems.append(f"{where} takes {len(parameters)} arguments; {MAX_ARGUMENTS} are the most")
            lines = text.count("\n", start, end) + 1
            if lines > MAX_FUNCTION_LINES:
                problems.append(f"{where} has {lines} lines; {MAX_FUNCTION_LINES} are the most")
        if path.endswith(".h"):
            problems += guard_problems(path, text)
        if path.startswith("include/") and "sira_i_" in tree.without_comments(text):
            problems.append(f"{path} holds an internal name sira_i_...")
    return problems


def guard_problems(path, text):
    shown = re.sub(r"^(include/sira|lib)/", "", path)
    guard = "SIRA_" + re.sub(r"[/.-]", "_", shown).upper()
    if re.search(rf"^#ifndef {guard}\n#define {guard}$", text, flags=re.M):
        return []
    internal = guard.replace("SIRA_", "SIRA_I_", 1)
    if path.startswith("lib/") and re.search(rf"^#ifndef {internal}\n#define {internal}$", text, flags=re.M):
        return []
    return [f"{path}: its include guard is not {guard}"]


def text(root):
    """What every source file looks like: its length, no line over 120 columns, no tab, no blank at a line's end."""
    problems = []
    for path in tree.files(root, "include/**/*.h", "lib/**/*.[ch]", "tests/**/*.[ch]", "examples/**/*.[ch]"):
        content = (Path(root) / path).read_text(encoding="utf-8")
        lines = content.split("\n")
        if path.startswith("lib/") and len(lines) > MAX_FILE_LINES:
            problems.append(f"{path} has {len(lines)} lines; {MAX_FILE_LINES} are the most")
        if not content.endswith("\n"):
            problems.append(f"{path} does not end in a line end")
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS:
                problems.append(f"{path}:{number}: {len(line)} columns; {MAX_COLUMNS} are the most")
            if "\t" in line or line != line.rstrip():
                problems.append(f"{path}:{number}: a tab, or a blank at the end")
    return problems


def version(root):
    """The version's number and its text agree, so that everything may read either."""
    header = (Path(root) / "include/sira/version.h").read_text()
    numbers = [re.search(rf"#define SIRA_VERSION_{part} (\d+)", header).group(1) for part in ("MAJOR", "MINOR", "PATCH")]
    text = re.search(r'#define SIRA_VERSION "([^"]*)"', header).group(1)
    return [] if text == ".".join(numbers) else [f"include/sira/version.h: SIRA_VERSION is {text}, the numbers say {numbers}"]


def registered(root):
    """Every test file is run: a file that no list names would pass for ever."""
    problems = []
    for folder, function in (("unit", "sira_unit_test"), ("scenario", "sira_scenario_test")):
        text = re.sub(r"#.*", "", (Path(root) / f"tests/{folder}/CMakeLists.txt").read_text())
        names = re.findall(rf"^\s*{function}\((\w+)", text, re.M)
        for path in tree.files(root, f"tests/{folder}/test_*.c"):
            if Path(path).stem[len("test_"):] not in names:
                problems.append(f"{path} is not registered in tests/{folder}/CMakeLists.txt")
    return problems


TESTED_BY = "tests/structure/tested_by.tsv"


def tested_by(root):
    """The table of what is tested under another name: {file of lib/: its tests}."""
    path = Path(root) / TESTED_BY
    lines = path.read_text().splitlines() if path.is_file() else []
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")][1:]
    return {row[0]: row[1].split() for row in rows}


def tested(root):
    """Each file of lib/ has a unit test of its name, or a line in the table that says what tests it. Where two layers have files of
    one name, the test's name says which."""
    problems = []
    table = tested_by(root)
    paths = tree.files(root, "lib/**/*.c")
    stems = [Path(path).stem for path in paths]
    for path, stem in zip(paths, stems):
        name = stem if stems.count(stem) == 1 else f"{layer_of(path)}_{stem}"
        test = f"tests/unit/test_{name}.c"
        exists = (Path(root) / test).is_file()
        if not exists and path not in table:
            problems.append(f"{path} has neither {test} nor a line in {TESTED_BY}")
        if exists and path in table:
            problems.append(f"{path} has {test}; its line in {TESTED_BY} has to go")
    for path, tests in table.items():
        if path not in paths:
            problems.append(f"{TESTED_BY} has a line for {path}, which does not exist")
        problems += [f"{TESTED_BY} names tests/{test}, which does not exist" for test in tests
                     if not (Path(root) / "tests" / test).is_file()]
        if not tests:
            problems.append(f"{TESTED_BY} names no test of {path}")
    return problems


LESSONS = "tests/scenario/lessons.tsv"


def lessons(root):
    """Each lesson has tests, and these are run: a file of tests/scenario, or of another folder that is named, and a function in it."""
    problems = []
    path = Path(root) / LESSONS
    lines = path.read_text().splitlines() if path.is_file() else []
    for line in [line for line in lines if line and not line.startswith("#")][1:]:
        case, _, tests = line.partition("\t")
        if not tests:
            problems.append(f"{LESSONS} names no test of \"{case}\"")
        for test in tests.split():
            place, _, function = test.partition(":")
            folder, _, name = place.rpartition("/")
            source = Path(root) / "tests" / (folder or "scenario") / f"test_{name}.c"
            if not source.is_file() or f"cmocka_unit_test({function})" not in source.read_text():
                problems.append(f"{LESSONS} names {test}, which is no test")
    return problems


def calls(root, paths):
    """{file: the other files whose functions it calls by name}. What is reached through a pointer that was given is no call."""
    texts = {path: tree.declarations_text((Path(root) / path).read_text()) for path in paths}
    home = {}
    for path, text in texts.items():
        home.update((name, path) for name, _, start, end in tree.functions(text) if end > start and name.startswith("sira_"))
    return {path: {home[name] for name in re.findall(r"\b(sira_\w+)\s*\(", text) if home.get(name, path) != path}
            for path, text in texts.items()}


def circles(root):
    """Within a layer no two files call each other in a circle: what two need stands below both."""
    problems = []
    for folder in sorted((Path(root) / "lib").glob("*/")):
        graph = calls(root, tree.files(root, f"lib/{folder.name}/*.c"))
        while graph:  # take off what calls nothing that is left; who stays is in a circle or above one
            leaves = [path for path in graph if not graph[path] & graph.keys()]
            if not leaves:
                break
            for path in leaves:
                del graph[path]
        while graph:  # and what nobody calls is above one
            tops = [path for path in graph if not any(path in graph[other] for other in graph)]
            if not tops:
                problems.append("these files call each other in a circle: " + " ".join(sorted(graph)))
                break
            for path in tops:
                del graph[path]
    return problems


ALL = {"sources": sources, "layers": layers, "circles": circles, "interface": interface, "text": text, "version": version,
       "registered": registered, "tested": tested, "lessons": lessons}
