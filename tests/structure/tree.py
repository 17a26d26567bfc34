"""Reads the source tree: its lists, its files, and C text without comments."""

import re
from pathlib import Path

# Low to high. A file includes headers of its own layer and of lower ones.
LAYERS = ["base", "message", "digest", "transaction", "location", "agent", "request", "registration", "registrar", "host"]

# The layer of each public header; those of an agent's parts under detail/ included.
PUBLIC_LAYER = {
    "base": ["base", "status", "limits", "version", "export", "endpoint", "hash", "gcrypt",
             "portable_hash", "dns", "transport", "detail/forward", "detail/timer", "detail/random"],
    "message": ["uri", "field", "message", "writer", "framer", "stun"],
    "digest": ["digest", "digest_server"],
    "transaction": ["detail/transaction"],
    "location": ["location", "detail/location", "detail/targets"],
    "agent": ["event", "agent", "server", "locator", "account", "keepalive", "detail/keepalive", "detail/agent", "detail/server",
              "detail/locator", "detail/account",
              "detail/exchange"],
    "request": ["request", "incoming", "dialog", "detail/request", "detail/incoming", "detail/dialog"],
    "registration": ["registration", "detail/registration"],
    "registrar": ["registrar", "detail/registrar"],
    "host": ["host", "tls"],
}

# For programs only: it holds all layers.
UMBRELLA = "sira/sira.h"


def public_layer(header):
    """'sira/uri.h' -> 'message'; None when nobody said where the header belongs."""
    name = header[len("sira/"):-len(".h")]
    for layer, names in PUBLIC_LAYER.items():
        if name in names:
            return layer
    return None


def lists(root):
    """The lists of lib/sources.cmake, read without CMake: that they are plain is a promise to other build systems."""
    text = re.sub(r"#.*", "", (Path(root) / "lib/sources.cmake").read_text())
    found = {}
    for body in re.findall(r"set\(([^)]*)\)", text):
        name, *paths = body.split()
        found[name] = paths
    return found


def sources(root, with_host=False):
    every = lists(root)
    names = ["SIRA_SOURCES", "SIRA_GCRYPT_SOURCES", "SIRA_PORTABLE_HASH_SOURCES"]
    if with_host:
        names.append("SIRA_HOST_SOURCES")
    return [path for name in names for path in every.get(name, [])]


def files(root, *patterns):
    """Paths relative to root, sorted."""
    root = Path(root)
    return sorted(str(path.relative_to(root)) for pattern in patterns for path in root.glob(pattern) if path.is_file())


def public_headers(root):
    return files(root, "include/sira/**/*.h")


def library_files(root):
    return files(root, "include/sira/**/*.h", "lib/**/*.[ch]")


def without_comments(text):
    """C text whose comments, strings and character constants are blanked; line numbers stay."""
    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token[0] + "_" * (len(token) - 2) + token[-1]

    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def declarations_text(text):
    """without_comments(), and without preprocessor lines and what only C++ sees; every character keeps its place."""
    text = without_comments(text)
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    text = re.sub(r"^#ifdef __cplusplus\n.*?^#endif$", blank, text, flags=re.S | re.M)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)


def functions(text):
    """(name, parameters, start, end) of each prototype, definition and function pointer; end is behind a body, or start when
    there is none."""
    text = declarations_text(text)
    parameters = r"\(((?:[^()]|\([^()]*\))*)\)"
    for match in re.finditer(r"\(\s*\*\s*(\w+)\s*\)\s*" + parameters, text):
        yield match.group(1), split_parameters(match.group(2)), match.start(), match.start()
    depth_at = depths(text)
    for match in re.finditer(r"\b(\w+)\s*" + parameters + r"\s*([;{])", text):
        if depth_at[match.start()] == 0 and text[:match.start()].rstrip()[-1:] not in ("", ";", "}", "="):
            end = match.start()
            if match.group(3) == "{":
                end = next((i for i in range(match.end(), len(text)) if depth_at[i] == 0), len(text))
            yield match.group(1), split_parameters(match.group(2)), match.start(), end


def depths(text):
    """How many braces are open before each character; the closing brace of a body counts as still inside."""
    result, depth = [], 0
    for character in text:
        if character == "}":
            result.append(depth)
            depth -= 1
            continue
        result.append(depth)
        if character == "{":
            depth += 1
    return result


def split_parameters(text):
    parts, depth, part = [], 0, ""
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += character
    parts.append(part.strip())
    return [] if parts in ([""], ["void"]) else parts


def api_names(root):
    """The functions that the public headers export: {name: header}."""
    found = {}
    for header in public_headers(root):
        text = declarations_text((Path(root) / header).read_text())
        for declaration in re.findall(r"\bSIRA_API\b([^;{]*)", text):
            match = re.search(r"(\w+)\s*\(", declaration)
            if match:
                found[match.group(1)] = header
    return found
