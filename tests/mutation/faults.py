"""Faults that can be planted into C text: each changes one line, and one thing in it."""

import re
import sys
from collections import namedtuple
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "structure"))

import tree  # noqa: E402

# line counts from 1; old and new are whole lines.
Fault = namedtuple("Fault", "path line old new")

# What stands in the code, and what takes its place. The code is formatted: an operator of two operands has a space on each side.
EXCHANGES = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r" && ?$", " ||"), (r" \|\| ?$", " &&"),
    (r" \+ ", " - "), (r" - ", " + "), (r" & ", " | "), (r" \| ", " & "), (r" << ", " >> "), (r" >> ", " << "),
    (r" \+= ", " -= "), (r" -= ", " += "), (r" \|= ", " &= "), (r" &= ", " |= "), (r"\+\+", "--"), (r"--", "++"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"(?<![\w)\]])!(?=[\w(*])", ""),
    (r"\breturn SIRA_OK;", "return SIRA_IDLE;"), (r"\breturn SIRA_(IDLE|E_\w+);", "return SIRA_OK;"),
    (r"\b(break|continue);", ";"),
]
NUMBER = r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)(?=[uUlL]*\b)(?!\.)"
CONDITION = r"\b(?:if|while) (?=\()"

# A statement on a line of its own: a call or an assignment, not a declaration.
STATEMENT = re.compile(r"^\s+(?:\(void\)|\*|\+\+|--)?(?!(?:return|if|else|for|while|do|switch|case|default|goto|break|continue)\b)"
                       r"\w[\w.\->\[\]]*(?:\(| [-+*/%&|^]?= |<<= |>>= |\+\+|--).*;\s*$")
# What may stand before a statement: else the line goes on with what an earlier one began.
ENDED = re.compile(r"(?:[;{}:]|\)|\belse|\bdo|^)\s*$")


def _closing(code, start):
    """Where the bracket that opens at start is closed; None when not on this line."""
    depth = 0
    for position in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        if depth == 0:
            return position
    return None


def _changes(code, before):
    """(start, end, text) of each change to a line whose comments and texts are blanked; before: the line before it."""
    for pattern, text in EXCHANGES:
        for match in re.finditer(pattern, code):
            yield match.start(), match.end(), text
    for match in re.finditer(NUMBER, code):
        value = int(match.group(1), 16 if match.group(1)[1:2] in ("x", "X") else 8 if match.group(1)[0] == "0" else 10)
        yield match.start(1), match.end(1), str(value + 1)
    for match in re.finditer(CONDITION, code):
        end = _closing(code, match.end())
        if end is not None:
            yield match.end(), end + 1, "(!" + code[match.end():end + 1] + ")"
    if STATEMENT.match(code) and ENDED.search(before):
        start = len(code) - len(code.lstrip())
        yield start, len(code.rstrip()), ";"


def faults_of(path, text):
    """All faults of a file, top to bottom. Lines outside braces (includes, declarations) have none."""
    found, depth, before = [], 0, ""
    codes = tree.without_comments(text).split("\n")
    for number, (line, code) in enumerate(zip(text.split("\n"), codes), 1):
        if depth > 0 and not code.lstrip().startswith("#"):
            seen = set()
            for start, end, new in _changes(code, before):
                # A condition is negated with its texts, which are blank in code.
                whole = "(!" + line[start:end] + ")" if new.startswith("(!") else new
                changed = line[:start] + whole + line[end:]
                if changed != line and changed not in seen:
                    seen.add(changed)
                    found.append(Fault(path, number, line, changed))
        depth += code.count("{") - code.count("}")
        if code.strip():
            before = code
    return found


def one_line(text):
    return " ".join(text.split())


def read_equal(root):
    """tests/mutation/equal.tsv: {(file, old, new): reason}, of the code that is there still, and the rows whose code is gone."""
    path = Path(root) / "tests/mutation/equal.tsv"
    equal, gone = {}, []
    for row in path.read_text().splitlines()[1:] if path.is_file() else []:
        if not row or row.startswith("#"):
            continue
        name, old, new, reason = row.split("\t")
        source = Path(root) / name
        lines = {one_line(line) for line in source.read_text().split("\n")} if source.is_file() else set()
        if old in lines:
            equal[name, old, new] = reason
        else:
            gone.append(row)
    return equal, gone
