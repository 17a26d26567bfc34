"""SIPp as registrar and as client. A scenario whose every expectation was met ends with exit status 0."""
import os

from harness import FOLDER, poll, tool

CHALLENGE = 'WWW-Authenticate: Digest realm="interop.test",nonce="first",qop="auth",algorithm=MD5'


def bound(port):
    """Is a UDP socket bound to the port in this namespace?"""
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        with open(table, encoding="ascii") as lines:
            if any(line.split()[1].endswith(f":{port:04X}") for line in list(lines)[1:]):
                return True
    return False


def start(stage, scenario, *options, **texts):
    """Starts a scenario in which each @name@ is replaced by its text."""
    with open(os.path.join(FOLDER, "sipp", scenario + ".xml"), encoding="utf-8") as lines:
        script = lines.read()
    for name, text in texts.items():
        script = script.replace(f"@{name}@", text)
    path = os.path.join(stage.directory, f"sipp-{len(stage.started)}")
    with open(path + ".xml", "w", encoding="utf-8") as copy:
        copy.write(script)
    argv = [tool("sipp"), "-sf", path + ".xml", "-nostdin", "-timeout", "30s", "-timeout_error",
            "-trace_err", "-error_file", path + ".log", *options]
    return stage.start("sipp", argv, {"TERM": "dumb"})


def registrar(stage, scenario="registrar", **texts):
    """Starts a registrar for one client on 127.0.0.1:15060; exit status 0 means that the client did right in all."""
    texts = {"status": "401 Unauthorized", "challenge": CHALLENGE, "extra": "Server: sipp", **texts}
    sipp = start(stage, scenario, "-i", "127.0.0.1", "-p", "15060", "-m", "1", **texts)
    poll("sipp listens", lambda: bound(15060))
    return sipp


def client(stage, server, *calls, options=()):
    """Starts a client on port 15070 that makes one call after the other. Each call is a dictionary of what differs from
    alice registering well: user, password, contact (a whole header field), expires."""
    host = server.rpartition(":")[0]
    table = os.path.join(stage.directory, f"calls-{len(stage.started)}.csv")
    with open(table, "w", encoding="utf-8") as lines:
        lines.write("SEQUENTIAL\n")
        for call in calls or ({},):
            user, password = call.get("user", "alice"), call.get("password", "secret")
            contact = call.get("contact", f"Contact: <sip:{user}@{host}:15070>")
            credentials = f"[authentication username={user} password={password}]"
            lines.write(f"{user};{credentials};{contact};{call.get('expires', 120)}\n")
    return start(stage, "register", "-i", host.strip("[]"), "-p", "15070", "-inf", table, "-auth_uri", "interop.test",
                 "-m", str(len(calls) or 1), *options, server)
