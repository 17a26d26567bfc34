"""One test's stage: its directory, its wire, and the programs it has started, which end with it."""
import datetime
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback

from harness import CASES, Failure, Impossible, check, equal, poll, tool
from wire import Wire


class Program(threading.Thread):
    """A program and the lines it writes, standard output and standard error together."""

    def __init__(self, title, argv, environment, directory):
        super().__init__(daemon=True)
        self.title, self.lines = title, []
        # It ends with us also when we are killed.
        argv = [tool("setpriv"), "--pdeathsig", "TERM", "--", *argv]
        environment = {**os.environ, **environment}
        self.process = subprocess.Popen(argv, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.start()

    def run(self):
        for line in self.process.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    def await_output(self, what, find, seconds):
        """Waits until find() gives something, or fails when it never will: the program has ended, all is read."""
        def look():
            reading = self.is_alive()
            found = find()
            check(found or reading, f"{self.title} has ended with {self.process.poll()} and there was never {what}")
            return found
        return poll(f"{self.title}: {what}", look, seconds)

    def line(self, pattern, seconds=10):
        """Waits for a line that the pattern matches, and returns the match."""
        def find():
            return next(filter(None, (re.search(pattern, line) for line in list(self.lines))), None)
        return self.await_output(f"a line with {pattern!r}", find, seconds)

    def exit(self, seconds=20):
        """Waits for its end, and returns its exit status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.title} has not ended within {seconds} s") from None
        self.join(5)
        return status

    def terminate(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def end(self):
        """Ends it one way or the other."""
        self.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.join(5)


class Client(Program):
    """examples/register and its events."""

    @property
    def events(self):
        """Its events, their times in seconds."""
        events = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        for event in events:
            event["time"] = datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ").timestamp()
        return events

    def kinds(self):
        return [event["event"] for event in self.events]

    def event(self, kind, count=1, seconds=10):
        """Waits for the count-th event of a kind, and returns it."""
        def find():
            found = [event for event in self.events if event["event"] == kind]
            return found[count - 1] if len(found) >= count else None
        return self.await_output(f"event {kind!r} number {count}", find, seconds)

    def succeeds(self, *kinds):
        """Waits for its good end after these events, or those of a short life; once more where it was asked for longer."""
        equal("exit status of register", self.exit(), 0)
        told = [event["event"] for event in self.events if event["code"] != 423]
        equal("events", told, list(kinds or ("registering", "registered", "unregistering", "stopped")))

    def fails(self):
        """Waits for its end without ever having been registered."""
        equal("exit status of register without a registration", self.exit(), 1)


class Stage:
    def __init__(self, programs, tools):
        self.programs, self.tools = programs, tools
        self.directory = tempfile.mkdtemp(prefix="sira-interop-")
        self.wire = Wire()
        self.started = []

    def start(self, title, argv, environment=None, kind=Program):
        program = kind(title, argv, environment or {}, self.directory)
        self.started.append(program)
        return program

    def program(self, name):
        """The path of an example."""
        return os.path.join(self.programs, name)

    def client(self, *options, registrar="127.0.0.1:15060", user="alice", **others):
        """Starts examples/register; others: aor, password."""
        argv = [self.program("register"), "--registrar", f"sip:{registrar}", "--user", user,
                "--aor", others.get("aor", "sip:alice@interop.test"), "--events", "json", *options]
        return self.start("register", argv, {"SIRA_PASSWORD": others.get("password", "secret")}, Client)

    def register_once(self, *options, **others):
        """Runs examples/register --once to its good end."""
        client = self.client("--once", *options, **others)
        client.succeeds()
        return client

    def server(self, *options, listen="127.0.0.1:0"):
        """Starts examples/server, and returns where it listens."""
        argv = [self.program("server"), "--listen", listen, "--realm", "interop.test",
                "--user", "alice:secret", "--user", "bob:hunter2", *options]
        return self.start("server", argv).line(r"listening on (\S+)").group(1)

    def address(self, registrar, *addresses):
        """Gives this machine addresses, and lets it talk to the registrar's from the last of them only."""
        for address in (registrar, *addresses):
            subprocess.run([tool("ip"), "address", "replace", f"{address}/32", "dev", "lo"], check=True)
        subprocess.run([tool("ip"), "route", "replace", "local", registrar, "dev", "lo", "src", addresses[-1],
                        "table", "local"], check=True)
        for address in addresses[:-1]:
            subprocess.run([tool("ip"), "address", "delete", f"{address}/32", "dev", "lo"], check=True)

    def drop(self, *rules):
        """Drops the incoming datagrams that an nftables rule matches."""
        chain = "add table inet loss; add chain inet loss input { type filter hook input priority 0; }"
        script = "; ".join([chain] + [f"add rule inet loss input {rule} drop" for rule in rules])
        subprocess.run([tool("nft"), script], check=True)

    def check_capture(self, pcap, count):
        """tshark, who reads SIP without us, finds that many messages in a capture, and nothing malformed."""
        equal("SIP messages that tshark sees", len(self.tshark(pcap, "sip")), count)
        equal("malformed packets", self.tshark(pcap, "_ws.malformed || _ws.expert.severity >= 4194304"), [])

    def tshark(self, pcap, expression):
        """The packets of a capture that an expression of tshark's matches."""
        argv = [tool("tshark"), "-n", "-r", pcap, "-d", "udp.port==15060,sip", "-Y", expression]
        run = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        equal(f"exit status of tshark ({run.stderr.strip()})", run.returncode, 0)
        return run.stdout.splitlines()

    def report(self):
        """What a person needs to see why it failed."""
        print("---- on the wire", *self.wire.messages(), sep="\n")
        for program in self.started:
            print(f"---- {program.title}, exit status {program.process.poll()}", *program.lines[-60:], sep="\n")
        for log in glob.glob(os.path.join(self.directory, "*.log")):
            with open(log, encoding="utf-8", errors="replace") as text:
                print(f"---- {os.path.basename(log)}\n{text.read()[-4000:]}")

    def check_ends(self):
        """Ends what still runs, as a user would; no program of ours may have lost memory or worse."""
        for program in reversed(self.started):
            running = program.process.poll() is None
            program.end()
            faults = [line for line in program.lines if "Sanitizer" in line or "runtime error" in line]
            check(not faults, f"{program.title}: {faults[:1]}")
            if running and program.title == "server":
                equal("exit status of server", program.process.returncode, 0)

    def end(self):
        for program in reversed(self.started):
            program.end()
        shutil.rmtree(self.directory, ignore_errors=True)


def run(name, programs, tools, seconds):
    """Runs one test; True when it passed."""
    def too_long(_signal, _frame):
        raise Failure(f"not finished after {seconds} s")
    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))
    stage = Stage(programs, tools)
    try:
        signal.alarm(seconds)
        CASES[name](stage)
        stage.check_ends()
        signal.alarm(0)
        return True
    except Impossible:
        raise
    except Exception as failure:
        signal.alarm(0)
        print(f"{name}: FAILED: {failure}")
        if not isinstance(failure, Failure):
            traceback.print_exc(file=sys.stdout)
        stage.report()
        return False
    finally:
        stage.end()
