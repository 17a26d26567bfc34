"""examples/gateway: its configuration file, ports that come and go, and many of them."""
import json
import os
import pty
import re
import select
import signal
import subprocess

from cases_examples import refuses, run, write
from harness import case, check, equal, poll
from kamailio import Kamailio
from stage import Program

PROVIDER = "[provider p]\nregistrar = sip:127.0.0.1:5070\n"
PORT = "[port 1]\nprovider = p\naor = sip:alice@interop.test\n"


def port(name, user, password, enabled="yes", provider="p"):
    return (f"[port {name}]\nprovider = {provider}\naor = sip:{user}@interop.test\n"
            f"password = {password}\nenabled = {enabled}\n")


def provider(address, *keys):
    return "\n".join(["[provider p]", f"registrar = sip:{address}", *keys, ""])


class Gateway(Program):
    """examples/gateway with --json and its events."""

    def events(self, name=None):
        events = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [event["event"] for event in events if name in (None, event["port"])]

    def told(self, kind):
        events = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [event for event in events if event["event"] == kind]

    def await_event(self, name, kind, count=1):
        return self.await_output(f"{kind} number {count} of port {name}",
                                 lambda: self.events(name).count(kind) >= count, 20)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def leaves(self):
        self.process.terminate()
        equal("exit status of gateway", self.exit(), 0)


def gateway(stage, text, *options):
    """Starts it with a file of this text."""
    path = write(stage, "gateway.conf", text)
    return stage.start("gateway", [stage.program("gateway"), "--config", path, "--json", *options], kind=Gateway)


@case
def wrong_files(stage):
    """Each mistake is told with its line, and with what would have been right."""
    refuses(stage, "gateway", [], "--config is needed")
    for text, line, expected in (
            ("", None, "it has no ports"),
            ("registrar = x\n", 1, "stands before the first section"),
            ("[phone 1]\n", 1, 'unknown section "phone"; expected [provider NAME] or [port NAME]'),
            ("[port]\n", 1, "expected [port NAME]"),
            ("[port " + "1" * 64 + "]\n", 1, "at most 63 bytes"),
            ("[port 1\n", 1, "expected ']'"),
            ("[port 1] x\n", 1, "expected ']'"),
            ("# x\n\nhello\n", 3, "expected KEY = VALUE"),
            ("#" + "x" * 1100 + "\n", 1, "expected a shorter line"),
            ("[port 1]\naor = sip:a\x1b@b\n", 2, "no control characters"),
            (PROVIDER + "expirse = 3\n", 3, 'unknown key "expirse" in a [provider] section; expected one of registrar, '
                                            "proxy, expires, min_interval, start_window, max_in_flight"),
            (PROVIDER + PORT + "colour = red\n", 6, 'unknown key "colour" in a [port] section'),
            (PROVIDER + "expires = 0\n", 3, 'expires: expected a number from 1 to 604800, not "0"'),
            (PROVIDER + "expires = 604801\n", 3, "from 1 to 604800"),
            (PROVIDER + "max_in_flight = 65536\n", 3, "from 1 to 65535"),
            (PROVIDER + "expires = 1h\n", 3, 'not "1h"'),
            (PROVIDER + "proxy =\n", 3, "proxy: expected a value, or no such line"),
            (PROVIDER + "registrar = sip:b\n", 3, "registrar stands in line 2 already"),
            (PROVIDER + PROVIDER, 3, "[provider p] stands in line 1 already"),
            (PROVIDER + PORT + PORT, 6, "[port 1] stands in line 3 already"),
            (PROVIDER + PORT + "enabled = maybe\n", 6, 'enabled: expected yes or no, not "maybe"'),
            (PROVIDER + PORT + "user = " + "u" * 256 + "\n", 6, "user: expected at most 255 bytes"),
            (PROVIDER + "[port 1]\naor = alice\n", 4, "aor: expected"),
            (PROVIDER + "[port 1]\naor = sip:a@b\n", 3, "[port 1] has no provider"),
            (PROVIDER + "[port 1]\nprovider = p\n", 3, "[port 1] has no aor"),
            ("[provider p]\nexpires = 60\n", 1, "[provider p] has no registrar"),
            ("[provider q]\nregistrar = sip:127.0.0.1\n" + PORT, 4, "provider: there is no [provider p]"),
            (PROVIDER + PORT + PORT.replace("port 1", "port 2"), 8,
             "aor: [port 1] has this one at the same registrar (line 5)"),
            (PROVIDER + "min_interval = 60\nexpires = 60\n", 4, "a lifetime above min_interval, which is 60"),
            (PROVIDER + "min_interval = 3600\n", 3, "a lifetime above min_interval, which is 3600"),
            (PROVIDER + "[port 1]\nprovider = p\naor = tel:+49301234\n", 5, "aor: expected a sip or sips URI"),
            (PROVIDER.replace(":5070", ";transport=sctp") + PORT, 2, "registrar: expected a transport")):
        status, out, err = run(stage, "gateway", "--config", write(stage, "bad.conf", text))
        equal(f"exit status and standard output with {text!r}", (status, out), (2, ""))
        where = "bad.conf: " if line is None else f"bad.conf:{line}: "
        check(where in err and expected in err, f"with {text!r}: no {where + expected!r} in {err!r}")
    status, _, err = run(stage, "gateway", "--config", "nowhere.conf")
    check(status == 2 and "nowhere.conf: No such file" in err, f"a file that is not there: {status}, {err!r}")


@case
def ports_come_and_go(stage):
    """At run time ports are enabled, disabled, changed and removed, and those that are unchanged do not notice."""
    address = stage.server("--user", "carol:x", "--user", "dave:y")
    there = provider(address, "start_window = 1")
    alice, bob = port(1, "alice", "secret"), port(2, "bob", "hunter2")
    carol, dave = port(3, "carol", "x"), port(4, "dave", "y", enabled="no")
    device = gateway(stage, there + alice + bob + carol + dave)
    for name in "123":
        device.await_event(name, "registered")
    check("registering" not in device.events("4"), "a disabled port has registered")

    write(stage, "gateway.conf", there + alice + port(2, "bob", "hunter2", enabled="no") +
          port(4, "dave", "y") + "display_name = Dave\n")
    device.reload()
    device.await_event("2", "stopped")
    device.await_event("3", "stopped")
    device.await_event("4", "registered")

    write(stage, "gateway.conf", there + alice + bob + port(4, "dave", "wrong"))
    device.reload()
    device.await_event("2", "registered", 2)
    device.await_event("4", "waiting")
    write(stage, "gateway.conf", there + alice + bob + port(4, "dave", "y"))
    device.reload()
    device.await_event("4", "registered", 2)
    device.await_event("4", "stopped", 2)  # as it was at first, and with the wrong password

    write(stage, "gateway.conf", there + alice + "nonsense\n")
    device.reload()
    device.line(r"gateway.conf:\d+: expected KEY = VALUE")
    device.line("all goes on as before")
    kinds = [kind for kind in device.events("1") if kind != "waiting"]
    equal("events of the port that was never changed", kinds, ["registering", "registered"])
    write(stage, "gateway.conf", there + alice + bob, mode=0o644)
    device.reload()
    device.line("warning: anybody on this machine can read the passwords")
    device.leaves()
    equal("last events", {name: device.events(name)[-1] for name in "124"}, dict.fromkeys("124", "stopped"))
    status, out, _ = run(stage, "register", "--registrar", f"sip:{address}", "--aor", "sip:dave@interop.test", "--user",
                         "dave", "--once", "--events", "json", SIRA_PASSWORD="y")
    bindings = [json.loads(line)["bindings"] for line in out.splitlines()]
    check(status == 0 and 1 in bindings, f"bindings of dave besides a new one: {bindings}")
    check(not any("secret" in line or "hunter2" in line for line in device.lines), "a password was shown")


@case
def five_hundred_ports(stage):
    """Many ports register within their start window and what a few round trips take, and leave."""
    users = write(stage, "users", "".join(f"user{number}:x{number}\n" for number in range(500)))
    there = provider(stage.server("--users", users), "start_window = 2000")
    text = there + "".join(port(number, f"user{number}", f"x{number}") for number in range(500))
    device = gateway(stage, text)
    poll("500 ports are registered", lambda: device.events().count("registered") == 500, 15)
    kinds = set(device.events())
    equal("kinds of events", kinds, {"waiting", "registering", "registered"})
    device.leaves()
    equal("ports that have stopped", device.events().count("stopped"), 500)


@case
def table(stage):
    """On a terminal the ports stand in a table, drawn anew in its place."""
    text = provider(stage.server()) + port(1, "alice", "secret") + port(2, "bob", "hunter2", enabled="no")
    path = write(stage, "gateway.conf", text)
    master, slave = pty.openpty()
    process = subprocess.Popen([stage.program("gateway"), "--config", path], stdin=subprocess.DEVNULL, stdout=slave,
                               stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while not re.search(rb"\x1b\[H1 of 2 ports are registered.*"
                            rb"\n1 +sip:alice@interop\.test +registered +p +\d+ s  registered\x1b.*"
                            rb"\n2 +sip:bob@interop\.test +disabled +p +-  \x1b", shown, re.S):
            ready, _, _ = select.select([master], [], [], 10)
            check(ready, f"the table is not as it should be: {shown[-600:]!r}")
            shown += os.read(master, 65536)
        process.terminate()
        equal("exit status of gateway", process.wait(10), 0)
        check(b"secret" not in shown, "a password was shown")
    finally:
        process.kill()
        process.wait()
        os.close(master)


def await_saved(path, ports, contact=""):
    """The state of so many ports is there, beside each name the realm of the challenge, and the port of a Contact."""
    there = f"0004{int(contact):04x}" if contact else ""
    def saved():
        if not os.path.exists(path) or os.path.exists(path + ".new"):
            return False
        text = read(path)
        return text.count(b"interop.test".hex()) == 2 * ports and there in text
    poll("the state is saved", saved)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


@case
def power_cut(stage):
    """Killed and started again with its state, it is not challenged anew, and each port has one binding."""
    text = provider(stage.server(listen="127.0.0.1:15060")) + port(1, "alice", "secret") + port(2, "bob", "hunter2")
    state = os.path.join(stage.directory, "state")
    options = ("--state", state, "--local", "127.0.0.1:15099")
    device = gateway(stage, text, *options)

    device.await_event("1", "registered")
    device.await_event("2", "registered")
    await_saved(state, 2)
    equal("mode of the state's file", os.stat(state).st_mode & 0o777, 0o600)
    device.process.kill()
    device.exit()
    challenges = len(stage.wire.answers(401))
    equal("challenges of the first start", challenges, 2)

    device = gateway(stage, text, *options)
    for name in "12":
        device.await_event(name, "registered")
    equal("challenges of the second start", len(stage.wire.answers(401)), challenges)
    await_saved(state, 2)
    device.process.kill()
    device.exit()
    equal("Call-IDs", len(set(stage.wire.asked("Call-ID"))), 2)

    device = gateway(stage, text, "--state", state)  # from another port: the old binding is removed
    for name in "12":
        device.await_event(name, "registered")
    equal("bindings", [event["bindings"] for event in device.told("registered")], [1, 1])
    device.leaves()


@case
def power_cut_at_kamailio(stage):
    """After each kill -9 Kamailio holds one binding, from whatever port the device comes back."""
    kamailio = Kamailio(stage)
    text = provider("127.0.0.1:15060") + port(1, "alice", "secret")
    state = os.path.join(stage.directory, "state")
    for life in range(3):
        device = gateway(stage, text, "--state", state)
        device.await_event("1", "registered")
        await_saved(state, 1, re.search(r"127\.0\.0\.1:(\d+);", stage.wire.asked("Contact")[-1]).group(1))
        equal(f"bindings in life {life}", len(kamailio.contacts("alice")), 1)
        device.process.kill()
        device.exit()
    equal("Call-IDs", len(set(stage.wire.asked("Call-ID"))), 1)
    device = gateway(stage, text, "--state", state)
    device.await_event("1", "registered")
    device.leaves()
    equal("bindings after leaving", kamailio.contacts("alice"), [])


@case
def five_hundred_ports_at_kamailio(stage):
    """They register within the start window and what a few round trips take, and after a kill -9 each has one binding still."""
    kamailio = Kamailio(stage, "MANY=500")
    there = provider("127.0.0.1:15060", "start_window = 4000")
    text = there + "".join(port(number, f"user{number}", f"x{number}") for number in range(500))
    state = os.path.join(stage.directory, "state")
    for life in range(2):
        device = gateway(stage, text, "--state", state)
        poll(f"500 ports are registered in life {life}", lambda: device.events().count("registered") == 500, 25)
        equal(f"bindings of each port in life {life}", {event["bindings"] for event in device.told("registered")}, {1})
        await_saved(state, 500)
        if life == 0:
            device.process.kill()
            device.exit()
    device.leaves()
    equal("bindings after leaving", kamailio.contacts("user499"), [])


@case
def damaged_state(stage):
    """A state that is damaged, cut or somebody else's is refused, and the ports register without it."""
    text = provider(stage.server()) + port(1, "alice", "secret")
    state = os.path.join(stage.directory, "state")
    first = gateway(stage, text, "--state", state)
    first.await_event("1", "registered")
    first.leaves()
    with open(state, "rb") as file:
        whole = file.read()
    middle = len(whole) // 2
    flipped = whole[:middle] + (b"0" if whole[middle:middle + 1] != b"0" else b"1") + whole[middle + 1:]
    for content in (b"", whole[:-1], whole[:middle], whole + whole, flipped, b"\0" * 100,
                    whole.replace(b"sira-keep 1", b"sira-keep 2")):
        with open(state, "wb") as file:
            file.write(content)
        device = gateway(stage, text, "--state", state)
        device.line("it is damaged, or of another version; all ports start without")
        device.await_event("1", "registered")
        device.leaves()
        with open(state, "rb") as file:
            check(file.read().startswith(b"sira-keep 1\n"), "no state was saved in place of the damaged one")
    check(not any("secret" in line for line in whole.decode("ascii").splitlines()), "the state holds a password")
