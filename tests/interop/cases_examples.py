"""Our own programs, from their command lines to their exit statuses: what people see of them."""
import hashlib
import os
import pty
import re
import signal
import socket
import subprocess
import time

from harness import FOLDER, case, check, equal, poll, tool
from stage import Client
from wire import parameters

MEMBERS = ["time", "aor", "event", "status", "code", "reason", "bound", "expires", "bindings", "next"]
TOP = os.path.dirname(os.path.dirname(FOLDER))


def run(stage, name, *options, **environment):
    """Runs a program to its end, without a terminal; returns its exit status and what it wrote on each stream."""
    argv = [tool("setsid"), "--wait", stage.program(name), *options]
    ran = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
                         cwd=stage.directory, env={**os.environ, **environment})
    return ran.returncode, ran.stdout, ran.stderr


def run_register(stage, registrar, *options, password="secret"):
    """Runs register for alice."""
    return run(stage, "register", "--registrar", f"sip:{registrar}", "--aor", "sip:alice@interop.test", *options,
               SIRA_PASSWORD=password)


def refuses(stage, name, options, text):
    """It ends with 2, says why, and where help is to be found; nothing goes to standard output."""
    status, out, err = run(stage, name, *options, SIRA_PASSWORD="secret")
    what = " ".join([name, *options])
    equal(f"exit status of {what}", status, 2)
    equal(f"standard output of {what}", out, "")
    check(text in err, f"{what}: no {text!r} in {err!r}")
    check(f'Try "{name} --help"' in err, f"{what} does not say where help is: {err!r}")


def write(stage, name, text, mode=0o600):
    path = os.path.join(stage.directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


# ---- command lines ----

@case
def help_is_there(stage):
    for name in ("register", "server"):
        for option in ("--help", "-h"):
            status, out, err = run(stage, name, "--whatever", option)
            equal(f"exit status of {name} {option}", (status, err), (0, ""))
            check(out.startswith(f"Usage: {name} "), f"the help of {name} begins with {out[:40]!r}")
            for word in ("Options:", "Examples:", "Exit status:", "(default: ", "--trace"):
                check(word in out, f"the help of {name} has no {word!r}")
            long = [line for line in out.splitlines() if len(line) > 100]
            equal("lines over 100 columns", long, [])


@case
def wrong_options(stage):
    aor = ["--aor", "sip:alice@interop.test"]
    there = [*aor, "--registrar", "sip:127.0.0.1:5070"]
    for options, text in (
            ([], "--aor is needed"),
            (["--nonsense"], "unknown option: --nonsense"),
            ([*there, "--one"], "unknown option: --one"),
            ([*there, "now"], "unexpected argument: now"),
            ([*there, "--expires", "10"], "--expires: expected a lifetime above min_interval"),
            ([*there, "--expires"], "--expires needs SECONDS"),
            ([*there, "--expires", "0"], '--expires: expected a number from 1 to 604800, not "0"'),
            ([*there, "--expires", "604801"], "a number from 1 to 604800"),
            ([*there, "--expires", "18446744073709551617"], "a number from 1 to 604800"),
            ([*there, "--expires", "-1"], "a number from 1 to 604800"),
            ([*there, "--expires=10x"], "a number from 1 to 604800"),
            ([*there, "--once=yes"], "--once takes no value"),
            ([*there, "--events", "xml"], "json or text"),
            ([*there, "--once", "--duration", "3"], "exclude each other"),
            ([*there, "--local", "eth0"], "--local: expected an IPv4 address"),
            ([*there, "--local", "[::1]:0"], "--local: 127.0.0.1:5070 is IPv4"),
            ([*aor, "--registrar", "sip:[::1]", "--local", "127.0.0.5:0"], "--local: [::1]:5060 is IPv6"),
            (["--aor", "sip:alice@127.0.0.1:9;transport=sctp"], "--aor: expected a transport"),
            (["--aor", "sip:alice@" + "a" * 300 + ":5070;transport=udp"], "--aor: expected a SIP URI"),
            ([*there, "--local", "[::1]:70000"], "--local: expected an IPv6 address"),
            ([*there, "--user", "al\nice"], "--user: expected no control characters"),
            ([*there, "--user", ""], "--user: expected something that is not empty"),
            (["--aor", "alice"], "--aor: expected a SIP URI"),
            (["--aor", "alice", *there[2:]], "--aor: expected"),
            (["--aor", "alice@"], "--aor: expected a SIP URI"),
            (["--aor", "mailto:alice@interop.test", *there[2:]], "--aor: expected"),
            (["--aor", "al ice@interop.test", *there[2:]], "--aor: expected"),
            (["--aor", "alice@" + "a" * 300], "--aor: expected a shorter URI"),
            (["--aor", ""], "--aor: expected something that is not empty"),
            ([*aor, "--registrar", "http://127.0.0.1"], "--registrar: expected"),
            ([*aor, "--registrar", "127.0.0.1:70000"], "--registrar: expected"),
            (["--aor", "sip:alice@x\r\nX: y", *there[2:]], "--aor: expected"),
            (["--aor", "tel:+49301234", *there[2:]], "--aor: expected a sip or sips URI"),
            (["--aor", "sips:alice@interop.test", *there[2:]], "--aor: expected a sip URI"),
            ([*aor, "--registrar", "tel:+49301234"], "--registrar: expected"),
            ([*aor, "--registrar", "sip:127.0.0.1;transport=sctp"], "--registrar: expected a transport"),
            ([*there, "--transport", "sctp"], "--transport: expected udp, tcp or tls"),
            ([*aor, "--registrar", "sip:127.0.0.1;transport=udp", "--transport", "tcp"], "says its transport already"),
            ([*there, "--proxy", "tel:+49301234"], "--proxy: expected"),
            ([*there, "--dns", "dns.test"], "--dns: expected up to 8 numeric addresses"),
            ([*there, "--tls-ca", "/no/such/file"], "--tls-ca: expected a PEM file"),
            ([*there, "--tls-cert", "/no/such/file"], "--tls-cert: expected a PEM file")):
        refuses(stage, "register", options, text)


@case
def wrong_server_options(stage):
    users = ["--user", "alice:secret"]
    for options, text in (
            ([], "no users"),
            (["--nonsense"], "unknown option: --nonsense"),
            (["--user", "alice"], "expected name:password"),
            (["--user", ":secret"], "expected name:password"),
            (["--user", "a" * 300 + ":secret"], "at most 255 bytes"),
            ([*users, *users], "expected each name once"),
            ([*users, "--listen", "localhost:0"], "numeric address"),
            ([*users, "--algorithm", "MD5,SHA-1"], "a list of MD5"),
            ([*users, "--algorithm", "AKAv1-MD5"], "a list of MD5"),
            ([*users, "--algorithm", ""], "a list of MD5"),
            ([*users, "--qop", "auth,none"], "or none"),
            ([*users, "--min-expires", "3601"], "a number from 1 to 3600"),
            ([*users, "--min-expires", "600", "--max-expires", "599"], "--min-expires is above --max-expires"),
            ([*users, "--min-expires", "600", "--default-expires", "599"], "--default-expires is below --min-expires"),
            ([*users, "--realm", "a b"], "--realm is no domain: give --domain or --any-domain, too"),
            ([*users, "--domain", "a b"], "--domain: expected a name or an address"),
            ([*users, "--domain", "a:5060"], "--domain: expected a name or an address"),
            ([*users, "--domain", "alice@a"], "--domain: expected a name or an address"),
            ([*users, "--domain", "a", "--any-domain"], "--domain and --any-domain exclude each other"),
            ([*users, "--uri-check", "none"], "--uri-check: expected equal, host or any"),
            ([*users, "--realm", "a\r\nb", "--any-domain"], "realm: expected")):
        refuses(stage, "server", options, text)


@case
def users_file(stage):
    """A file of users works, and an error in one is told with its line."""
    good = write(stage, "good", "# people\n\nalice:secret\ncarol:with:colons # and more\r\n")
    argv = [stage.program("server"), "--listen", "127.0.0.1:0", "--realm", "interop.test", "--users", good]
    server = stage.start("server", argv)
    address = server.line(r"listening on (\S+)").group(1)
    stage.register_once(registrar=address)
    carol = {"aor": "sip:carol@interop.test", "user": "carol", "password": "with:colons # and more"}
    stage.register_once(registrar=address, **carol)
    crowd = "".join(f"user{number}:x\n" for number in range(1001))
    for text, expected in (("alice:secret\nbob\n", ":2: expected name:password"),
                           ("alice:a\n# x\nalice:b\n", ":3: expected each name once"),
                           ("alice:" + "x" * 600 + "\n", ":1: expected a shorter line"),
                           (crowd, ":1001: expected at most 1000 users")):
        status, _, err = run(stage, "server", "--users", write(stage, "bad", text))
        equal("exit status", status, 2)
        check(expected in err, f"no {expected!r} in {err!r}")
    status, _, err = run(stage, "server", "--users", "nowhere")
    check(status == 2 and "nowhere: No such file" in err, f"a file that is not there: {status}, {err!r}")


@case
def address_in_use(stage):
    address = stage.server()
    status, out, err = run(stage, "server", "--listen", address, "--user", "alice:secret")
    equal("exit status and output", (status, out), (1, ""))
    check("address already in use" in err, f"no reason in {err!r}")
    status, _, err = run(stage, "register", "--aor", f"sip:alice@{address}", "--local", address, SIRA_PASSWORD="secret")
    equal("exit status of register", status, 1)
    check("--local: " in err, f"the option is not named in {err!r}")


# ---- passwords ----

@case
def password_file(stage):
    address = stage.server()

    def register(path):
        return run_register(stage, address, "--once", "--password-file", path, password="another")

    for text in ("secret", "secret\n", "secret\r\n"):
        status, _, err = register(write(stage, "password", text))
        equal(f"exit status and standard error with the file {text!r}", (status, err), (0, ""))
    for path, expected, text in ((write(stage, "open", "secret\n", 0o644), 0, "warning: anybody"),
                                 ("nowhere", 2, "No such file"),
                                 (".", 2, "directory"),
                                 (write(stage, "long", "x" * 256), 2, "255 bytes"),
                                 (write(stage, "longer", "x" * 5000), 2, "255 bytes"),
                                 (write(stage, "two", "secret\nmore\n"), 2, "password: expected no CR, LF or NUL")):
        status, _, err = register(path)
        check(status == expected and text in err, f"password file {path}: {status}, {err!r}")


@case
def no_password_to_be_had(stage):
    environment = {name: value for name, value in os.environ.items() if name != "SIRA_PASSWORD"}
    argv = [tool("setsid"), "--wait", stage.program("register"), "--aor", "sip:alice@127.0.0.1"]
    ran = subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    equal("exit status", ran.returncode, 2)
    check("--password-file or SIRA_PASSWORD" in ran.stderr, f"no advice in {ran.stderr!r}")


def on_a_terminal(argv, answer):
    """Runs a program on a terminal of its own, and answers its question. Returns its exit status and what was shown."""
    os.environ.pop("SIRA_PASSWORD", None)
    child, terminal = pty.fork()
    if child == 0:
        os.execv(argv[0], argv)
    shown = b""
    try:
        while b"Password: " not in shown:
            shown += os.read(terminal, 1000)
        os.write(terminal, answer)
        while True:
            shown += os.read(terminal, 1000)
    except OSError:  # it has ended
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return status, shown.decode()


@case
def password_on_a_terminal(stage):
    """It asks, and does not show what is typed; Ctrl-C at the question ends it."""
    registrar = f"sip:{stage.server()}"
    argv = [stage.program("register"), "--registrar", registrar, "--aor", "sip:alice@interop.test", "--once"]
    status, shown = on_a_terminal(argv, b"secret\n")
    equal("exit status", status, 0)
    check("registered for 3600 s" in shown and "secret" not in shown, f"shown: {shown!r}")
    status, shown = on_a_terminal(argv, b"secr\x03")
    equal("exit status after Ctrl-C", status, -signal.SIGINT)
    check("secr" not in shown and "registering" not in shown, f"shown: {shown!r}")


@case
def no_password_needed(stage):
    """A registrar that lets everybody in; and one that does not is told apart from a wrong password."""
    stage.register_once(registrar=stage.server("--no-auth"), password="")
    status, out, err = run_register(stage, stage.server(), "--once", password="")
    equal("exit status", status, 1)
    check("wants a password" in err, f"no advice in {err!r}; events: {out!r}")


@case
def wrong_password(stage):
    status, out, err = run_register(stage, stage.server(), "--once", password="wrong")
    equal("exit status", status, 1)
    check("refused the user name or the password" in err and "--user" in err, f"no advice in {err!r}")
    check("wrong" not in out + err, "the password was shown")
    equal("requests", len(stage.wire.requests()), 2)


# ---- what it shows ----

@case
def json_events(stage):
    """Each event has all members, with the right types, in the order of time."""
    client = stage.register_once("--expires", "1800", registrar=stage.server())
    last = 0
    for event in client.events:
        equal("members", sorted(event), sorted(MEMBERS))
        equal("aor", event["aor"], "sip:alice@interop.test")
        equal("status", event["status"], "SIRA_OK")
        check(abs(event["time"] - time.mktime(time.gmtime())) < 60, f"time {event['time']} is not now")
        check(event["time"] >= last, "time ran backwards")
        last = event["time"]
    for kind, members in (("registered", {"bound": True, "expires": 1800, "bindings": 1, "code": None, "next": 1200.0}),
                          ("stopped", {"bound": False, "expires": None, "bindings": None, "code": None, "next": None})):
        event = client.event(kind)
        equal(kind, {name: event[name] for name in members}, members)
    failed = stage.client("--once", registrar=stage.server(), password="wrong")
    failed.fails()
    equal("code and bound", (failed.event("waiting")["code"], failed.event("waiting")["bound"]), (401, False))


@case
def json_of_odd_names(stage):
    """What is not UTF-8, or would end a string, is still JSON."""
    argv = [stage.program("register").encode(), b"--registrar", f"sip:{stage.server('--no-auth')}".encode(), b"--once",
            b"--events", b"json", b"--aor", b"sip:a%22%5C@interop.test"]
    client = stage.start("register", argv, {"SIRA_PASSWORD": ""}, Client)
    client.succeeds()
    equal("aor", client.events[0]["aor"], "sip:a%22%5C@interop.test")


@case
def trace(stage):
    """The ladder is on standard output, or on standard error when that holds JSON; messages are complete."""
    address = stage.server()
    status, out, err = run_register(stage, address, "--once", "--trace")
    equal("exit status and standard error", (status, err), (0, ""))
    arrows = re.findall(r"^ +\d+\.\d{3}  \S+ \|(?:--- (.*?) -*>|<-* (.*?) ---)\| \S+$", out, re.M)
    equal("arrows", [right or left for right, left in arrows],
          ["REGISTER", "401 Unauthorized", "REGISTER", "200 OK", "REGISTER", "200 OK"])
    shown = [line.strip() for line in out.splitlines() if line.startswith(" " * 11)]
    for message in stage.wire.messages():
        for line in message.data.decode().split("\r\n"):
            check(not line or line in shown, f"not shown: {line!r}")
    check("secret" not in out, "the password was shown")
    _, out, err = run_register(stage, address, "--once", "--trace", "--events", "json")
    check("SIP/2.0" not in out and "SIP/2.0 200 OK" in err, "the trace is not on standard error")


@case
def trace_keeps_the_terminal_safe(stage):
    """Control characters of a peer's are shown, not sent to the terminal."""
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))
    peer.settimeout(10)
    registrar = f"sip:127.0.0.1:{peer.getsockname()[1]}"
    argv = [stage.program("register"), "--registrar", registrar, "--aor", "sip:alice@interop.test", "--once", "--trace"]
    client = stage.start("register", argv, {"SIRA_PASSWORD": ""})
    _, source = peer.recvfrom(4000)
    peer.sendto(b"SIP/2.0 200 \x1b]0;owned\x07\xc2\x9b\r\nVia: \x1b[2J\r\n\r\n", source)
    client.line(r"\\x1b\]0;owned\\x07\\xc2")
    client.line(r"not taken: ")
    check(not any("\x1b" in line or "\x9b" in line for line in client.lines), "an escape sequence got through")
    peer.close()


@case
def pcap(stage):
    """Every message with right checksums, over IPv4 and IPv6; a file that can't be made is refused."""
    for listen in ("127.0.0.1:0", "[::1]:0"):
        address = stage.server(listen=listen)
        port = address.rpartition(":")[2]
        path = os.path.join(stage.directory, "messages.pcap")
        stage.register_once("--pcap", path, registrar=address)

        def count(expression):
            argv = [tool("tshark"), "-n", "-r", path, "-d", f"udp.port=={port},sip", "-o", "udp.check_checksum:TRUE",
                    "-o", "ip.check_checksum:TRUE", "-Y", expression]
            return len(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines())

        equal("SIP messages in the file", count("sip"), 6)
        equal("datagrams in the file", count("frame"), 6)
        equal("malformed ones", count("_ws.malformed"), 0)
        equal("wrong checksums", count("udp.checksum.status != 1 || ip.checksum.status == 0"), 0)
        equal("answers from the registrar", count(f"sip.Status-Code && udp.srcport == {port}"), 3)
    status, _, err = run_register(stage, "127.0.0.1", "--pcap", "no/such/folder")
    check(status == 2 and "no/such/folder: No such file" in err, f"a file that can't be made: {status}, {err!r}")


# ---- what protects the programs ----

@case
def hardened(stage):
    """An overrun is hard to use: no fixed addresses, nothing to bind late, guarded stacks, checked copies."""
    for name in ("register", "server", "gateway"):
        if not os.path.exists(stage.program(name)):
            continue
        argv = [tool("readelf"), "-hldW", "--dyn-syms", stage.program(name)]
        found = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
        for what, pattern in (("position-independent", r"Type: +DYN .*\n(?s:.*)Flags: NOW PIE"),
                              ("RELRO", r"GNU_RELRO"), ("bound at once", r"\(FLAGS\) +BIND_NOW"),
                              ("no stack that is run", r"GNU_STACK +(0x0+ ){3}0x0+ 0x0+ RW "),
                              ("guards on the stack", r" __stack_chk_fail@"), ("checked copies", r" __\w+_chk@")):
            check(re.search(pattern, found), f"{name} is not hardened: {what}")


def memory_of(program):
    """All that a process may write to, as a core dump would show it."""
    found = []
    with open(f"/proc/{program.process.pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{program.process.pid}/mem", "rb") as memory:
        for line in maps:
            addresses, access = line.split()[:2]
            if access.startswith("rw"):
                start, end = (int(address, 16) for address in addresses.split("-"))
                memory.seek(start)
                found.append(memory.read(end - start))
    return b"|".join(found)


@case
def secrets_in_memory(stage):
    """Of a line that is registered the password stands in memory once, where it was read to, and HA1 once, in the account."""
    password = "correct horse 7 battery staple"
    for algorithm, hashed in (("MD5", hashlib.md5), ("SHA-256", hashlib.sha256)):
        ha1 = hashed(f"carol:interop.test:{password}".encode()).digest()
        server = stage.server("--user", f"carol:{password}", "--min-expires", "1", "--algorithm", algorithm)
        file = write(stage, "password", password + "\n")
        for options, given in ((["--password-file", file], ""), ([], password)):
            argv = [stage.program("register"), "--registrar", server, "--aor", "carol@interop.test", "--events", "json",
                    "--expires", "4", "--min-interval", "1", *options]
            client = stage.start("register", argv, {"SIRA_PASSWORD": given} if given else {}, Client)
            client.event("registered", 2)
            memory = memory_of(client)
            equal("how often the name stands there", memory.count(b"carol@interop.test") > 0, True)
            equal("how often the password does", memory.count(password.encode()), 1)
            equal("how often HA1 does", memory.count(ha1), 1)
            equal("how often HA1 does as text", memory.lower().count(ha1.hex().encode()), 0)
            client.terminate()
            client.exit()


# ---- life ----

@case
def default_registrar(stage):
    """Without --registrar and --user both are taken from the address-of-record."""
    argv = [stage.program("register"), "--aor", f"sip:alice@{stage.server('--any-domain')}", "--once", "--events=json"]
    stage.start("register", argv, {"SIRA_PASSWORD": "secret"}, Client).succeeds()


@case
def as_people_type(stage):
    """URIs without "sip:"."""
    server = stage.server("--any-domain")
    six = stage.server("--any-domain", listen="[::1]:0")
    for options in (["--aor", f"alice@{server}"], ["--aor", "alice@interop.test", "--registrar", server],
                    ["--aor", "alice@interop.test", "--registrar", six],
                    ["--aor", "alice@interop.test", "--registrar", "interop.test", "--proxy", server],
                    ["--aor", f"sip:alice@{server};transport=udp"]):
        argv = [stage.program("register"), *options, "--once", "--events=json"]
        client = stage.start("register", argv, {"SIRA_PASSWORD": "secret"}, Client)
        client.succeeds()
        check(client.events[0]["aor"].startswith("sip:alice@"), f"the event names {client.events[0]['aor']}")


@case
def local_address(stage):
    client = stage.client("--once", "--local", "127.0.0.5:15099", registrar=stage.server())
    client.succeeds()
    equal("sources", {request.source for request in stage.wire.requests()}, {"127.0.0.5:15099"})
    check("@127.0.0.5:15099;" in stage.wire.asked("Contact")[0], "Contact names another address")


@case
def address_changed(stage):
    """Our address changes while we are registered: both lines say the new one at once."""
    stage.address("192.0.2.100", "192.0.2.1")
    server = stage.server("--min-expires", "10", "--max-expires", "20", listen="192.0.2.100:0")
    minimal = stage.start("minimal", [stage.program("minimal"), f"sip:{server}", "sip:bob@interop.test"],
                          {"SIRA_PASSWORD": "hunter2"})
    client = stage.client("--expires", "11", registrar=server)
    client.event("registered")
    minimal.line(r"registered for 20 s")
    stage.address("192.0.2.100", "192.0.2.1", "192.0.2.2")
    again = client.event("registered", 2, seconds=20)
    equal("lifetime, bindings", (again["expires"], again["bindings"]), (11, 1))  # the former one is taken back
    poll("minimal has registered again", lambda: len(re.findall("registered for", "\n".join(minimal.lines))) == 2, 20)
    for user in ("alice", "bob"):
        requests = [request for request in stage.wire.requests() if f"sip:{user}@" in request.get("From")]
        last = requests[-1]
        check("@192.0.2.1:" in requests[1].get("Contact"), f"{user}'s first Contact is {requests[1].get('Contact')}")
        check("@192.0.2.2:" in last.get("Contact"), f"{user}'s last Contact is {last.get('Contact')}")
        check("UDP 192.0.2.2:" in last.get("Via"), f"{user}'s last Via is {last.get('Via')}")
        check(last.source.startswith("192.0.2.2:"), f"{user}'s last request came from {last.source}")


@case
def duration(stage):
    client = stage.client("--duration", "1", registrar=stage.server())
    client.succeeds()
    lasted = client.event("unregistering")["time"] - client.event("registering")["time"]
    check(0.9 <= lasted <= 3, f"1 s lasted {lasted} s")
    equal("last request", stage.wire.asked("Expires")[-1], "0")


@case
def refresh(stage):
    """A refresh is one round trip: it uses the nonce that is there."""
    client = stage.client("--expires", "4", "--min-interval", "1", registrar=stage.server("--min-expires", "1"))
    client.event("registered", 3)
    client.terminate()
    client.succeeds("registering", *["registered", "refreshing"] * 2, "registered", "unregistering", "stopped")
    times = [event["time"] for event in client.events if event["event"] == "registered"]
    for earlier, later in zip(times, times[1:]):
        check(1.9 <= later - earlier <= 3, f"a refresh after {later - earlier} s instead of 2")
    equal("challenges", len(stage.wire.answers(401)), 1)
    equal("nonce counts", stage.wire.credentials("nc"), [None] + [f"{count:08x}" for count in range(1, 5)])


@case
def signals(stage):
    """All three signals unregister."""
    address = stage.server()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        client = stage.client(registrar=address)
        client.event("registered")
        client.process.send_signal(number)
        client.succeeds()


@case
def nobody_reads(stage):
    """Who reads its output goes away, or there is no room for it: it unregisters, and says so."""
    address = stage.server()
    for command in ("{} --events json | head -1", "{} | true", "{} --events json > /dev/full", "{} --trace > /dev/full"):
        program = f"{stage.program('register')} --registrar sip:{address} --aor sip:alice@interop.test"
        shell = ["bash", "-c", f"set -o pipefail; {command.format(program)}; echo exit status $?"]
        ran = stage.start("register", shell, {"SIRA_PASSWORD": "secret"})
        ran.exit()
        ran.line("register: standard output can't be written: it unregisters and ends")
        ran.line("exit status 1$")
    requests = stage.wire.requests()
    last = {request.get("Call-ID"): request for request in requests}
    bound = [request for request in last.values() if request.get("Authorization") and request.get("Expires") != "0"]
    equal("lines that were left registered", bound, [])


@case
def second_signal(stage):
    """When nobody answers any more, a second signal ends it at once; that was no success."""
    address = stage.server()
    server = stage.started[-1].process
    client = stage.client(registrar=address)
    client.event("registered")
    server.send_signal(signal.SIGSTOP)
    try:
        client.terminate()
        client.event("unregistering")
        client.line("register: unregistering; press Ctrl-C again to leave at once")
        client.terminate()
        equal("exit status", client.exit(5), 1)
    finally:
        server.send_signal(signal.SIGCONT)
    client.line("ended without unregistering")


@case
def interval_too_brief(stage):
    client = stage.register_once("--expires", "600", registrar=stage.server("--min-expires", "1800"))
    equal("granted lifetime", client.event("registered")["expires"], 1800)
    equal("Min-Expires", stage.wire.answers(423)[0].get("Min-Expires"), "1800")


@case
def longest_lifetime(stage):
    client = stage.register_once("--expires", "7200", registrar=stage.server("--max-expires", "900"))
    equal("granted lifetime", client.event("registered")["expires"], 900)


@case
def algorithms(stage):
    """The topmost is answered (RFC 8760 2.4), or the strongest when that is wished."""
    alone = ["MD5", "SHA-256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "SHA-512-256-sess"]
    strongest = ["--strongest-first"]
    for offered, options, expected in (*((name, [], name) for name in alone),
                                       ("MD5,SHA-256", [], "MD5"), ("SHA-256,MD5", [], "SHA-256"),
                                       ("MD5,SHA-256", strongest, "SHA-256"),
                                       ("MD5,SHA-512-256,SHA-256", strongest, "SHA-512-256")):
        before = len(stage.wire.requests())
        stage.register_once(*options, registrar=stage.server("--algorithm", offered))
        answered = [request.credentials.get("algorithm") for request in stage.wire.requests()[before:]]
        equal(f"algorithms where {offered} was offered", answered, [None, expected, expected])


@case
def qualities(stage):
    for offered, expected in (("auth", "auth"), ("auth-int", "auth-int"), ("auth,auth-int", "auth"), ("none", None)):
        before = len(stage.wire.requests())
        stage.register_once(registrar=stage.server("--qop", offered))
        requests = stage.wire.requests()[before:]
        equal(f"qop where {offered} was offered", requests[1].credentials.get("qop"), expected)


@case
def one_time_nonces(stage):
    """Each request uses the nextnonce of the answer before it; there is one challenge only."""
    server = stage.server("--one-time", "--min-expires", "1")
    client = stage.client("--expires", "4", "--min-interval", "1", registrar=server)
    client.event("registered", 2)
    client.terminate()
    client.succeeds("registering", "registered", "refreshing", "registered", "unregistering", "stopped")
    equal("challenges", len(stage.wire.answers(401)), 1)
    nonces = stage.wire.credentials("nonce")[1:]
    given = [parameters(answer.get("Authentication-Info"))["nextnonce"] for answer in stage.wire.answers(200)]
    equal("nonces", nonces[1:], given[:-1])


@case
def stale_nonce(stage):
    """A nonce that has run out costs one round trip, and no new password."""
    server = stage.server("--nonce-lifetime", "1", "--min-expires", "1", "--qop", "none")
    client = stage.client("--expires", "4", "--min-interval", "1", registrar=server)
    client.event("registered", 2)
    client.terminate()
    client.exit()
    stale = [parameters(answer.get("WWW-Authenticate")).get("stale") for answer in stage.wire.answers(401)]
    equal("first challenges", stale[:2], [None, "true"])


@case
def ipv6(stage):
    client = stage.register_once(registrar=stage.server(listen="[::1]:0"))
    equal("bindings", client.event("registered")["bindings"], 1)
    check("@[::1]:" in stage.wire.asked("Contact")[0], "Contact has no IPv6 reference")


@case
def registrar_gone(stage):
    """It dies: the next refresh fails at once, by ICMP; then there is back-off, and in the end the binding lapses."""
    address = stage.server("--min-expires", "1")
    server = stage.started[-1]
    client = stage.client("--expires", "4", "--min-interval", "1", registrar=address)
    client.event("registered")
    server.process.kill()
    server.exit()
    waiting = client.event("waiting")
    equal("status", (waiting["status"], waiting["code"], waiting["bound"]), ("SIRA_E_TRANSPORT", None, True))
    check(10 <= waiting["next"] <= 60, f"the next attempt is after {waiting['next']} s")
    lapsed = client.event("lapsed")
    check(3.5 <= lapsed["time"] - client.event("registered")["time"] <= 6, "the binding did not lapse after 4 s")
    client.line("nobody answers at sip:" + re.escape(address))
    client.terminate()
    equal("exit status", client.exit(), 1)
    equal("last event", client.kinds()[-1], "stopped")


@case
def registrar_silent(stage):
    """It hangs: after 64*T1 there is a timeout and back-off."""
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    client = stage.client("--t1", "20", registrar=f"127.0.0.1:{silent.getsockname()[1]}")
    waiting = client.event("waiting")
    equal("status", (waiting["status"], waiting["bound"]), ("SIRA_E_TIMEOUT", False))
    took = waiting["time"] - client.event("registering")["time"]
    check(1.2 <= took <= 2.5, f"64 * 20 ms took {took} s")
    check(10 <= waiting["next"] <= 60, f"the next attempt is after {waiting['next']} s")
    client.terminate()
    client.fails()
    equal("requests", len(stage.wire.requests()), 1)
    check(len(stage.wire.messages()) > 5, "it was not sent again")
    silent.close()


@case
def silence_is_explained(stage):
    """Whether nothing was sent, nothing came, or what came was of no use: three texts."""
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind(("127.0.0.1", 0))
    peer.settimeout(10)
    registrar = f"127.0.0.1:{peer.getsockname()[1]}"
    silent = stage.client("--once", "--t1", "20", registrar=registrar)
    silent.fails()
    silent.line("nobody answers at sip:" + registrar)
    while True:  # what it has sent is no business of the next one's
        peer.setblocking(False)
        try:
            peer.recv(4000)
        except BlockingIOError:
            break
    peer.settimeout(10)
    client = stage.client("--once", "--t1", "20", registrar=registrar)
    _, source = peer.recvfrom(4000)
    peer.sendto(b"SIP/2.0 200 OK\r\nVia: ;\r\n\r\n", source)
    client.fails()
    client.line("answers came that can't be used; --trace shows them")
    peer.close()
    for options, text in (([], "no way there"), (["--local", "127.0.0.1"], "no way there from the address of --local")):
        client = stage.client("--once", *options, registrar="192.0.2.1")
        client.fails()
        client.line(rf"nothing could be sent to sip:192\.0\.2\.1: there is {text}$")


@case
def minimal(stage):
    """Says what it needs, registers, and is at most 100 lines."""
    status, _, err = run(stage, "minimal")
    check(status == 2 and "two arguments" in err, f"without arguments: {status}, {err!r}")
    status, _, err = run(stage, "minimal", "sip:127.0.0.1", "alice")
    check(status == 2 and "aor: expected" in err, f"with a wrong AOR: {status}, {err!r}")
    program = stage.start("minimal", [stage.program("minimal"), f"sip:{stage.server()}", "sip:alice@interop.test"],
                          {"SIRA_PASSWORD": "secret"})
    poll("minimal is registered", lambda: len(stage.wire.answers(200)) == 1)
    check(program.process.poll() is None, "minimal has ended")
    with open(os.path.join(TOP, "examples", "minimal.c"), encoding="utf-8") as file:
        lines = len(file.readlines())
    check(lines <= 100, f"minimal.c has {lines} lines")
