"""examples/server with its users and bindings in an SQLite file: what was acknowledged stays, whatever happens to it."""
import os
import random
import re
import socket
import sqlite3
import subprocess
import time

from cases_server import Phone, field
from harness import case, check, equal

# How often the server is killed; SIRA_KILLS=500 tests/interop/run.py --seconds 900 database_killed does it for long.
KILLS = int(os.environ.get("SIRA_KILLS", "8"))


def path(stage, name="sip.db"):
    return os.path.join(stage.directory, name)


def tool(stage, *words, status=0, password=None):
    """Runs a command of the server on the database; returns what it printed."""
    argv = [stage.program("server"), *words, "--database", path(stage), "--realm", "interop.test"]
    if password is not None:
        with open(path(stage, "password"), "w", encoding="utf-8") as file:
            file.write(password + "\n")
        argv += ["--password-file", path(stage, "password")]
    run = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    equal(f"exit status of {words}: {run.stdout}", run.returncode, status)
    return run.stdout


@case
def users(stage):
    """They are added, listed and removed beside a server that runs; the file has no password."""
    check("built without SQLite" not in tool(stage, "user", "list"), "")
    tool(stage, "user", "add", "carol", password="wonderland")
    tool(stage, "user", "add", "dave", password="hunter3")
    phone = Phone(stage, "--database", path(stage), "--qop", "none")
    for user, secret, code in (("carol", "wonderland", 200), ("carol", "wrong", 401), ("dave", "hunter3", 200),
                               ("eve", "hunter3", 401), ("alice", "secret", 200)):
        to = f"<sip:{user}@interop.test>"
        authorized = phone.authorized(phone.expect(401, to=to), user=user, password=secret)
        phone.expect(code, authorized, to=to)
    equal("users", tool(stage, "user", "list"), "carol\tinterop.test\ndave\tinterop.test\n")
    tool(stage, "user", "remove", "carol")
    authorized = phone.authorized(phone.expect(401), user="carol", password="wonderland")
    phone.expect(401, authorized, to="<sip:carol@interop.test>")
    tool(stage, "user", "add", "dave", password="changed")
    to = "<sip:dave@interop.test>"
    phone.expect(401, phone.authorized(phone.expect(401), user="dave", password="hunter3"), to=to)
    phone.expect(200, phone.authorized(phone.expect(401), user="dave", password="changed"), to=to)
    check("no user carol" in tool(stage, "user", "remove", "carol", status=1), "it does not say who is not there")
    for words in (("user", "add", "a b"), ("user", "add", ""), ("user", "add", "a:b")):
        tool(stage, *words, status=2)
    for words in (("user",), ("user", "add"), ("user", "change", "dave"), ("bindings", "all")):
        check("unexpected argument" in tool(stage, *words, status=2), f"{words}")
    for name in os.listdir(stage.directory):
        if name.startswith("sip.db"):
            with open(path(stage, name), "rb") as file:
                data = file.read()
            check(not any(secret in data for secret in (b"wonderland", b"hunter3", b"changed")), f"{name} has a password")


@case
def restart(stage):
    """Bindings outlive the server, with the lifetime that is left, and so do order and comparison."""
    phone = Phone(stage, "--no-auth", "--database", path(stage), "--min-expires", "1")
    device = ';+sip.instance="<urn:uuid:1>";reg-id=1'
    phone.bindings(f"Contact: <sip:a@192.0.2.1>;q=0.5{device}", "Path: <sip:p;lr;ob>", "Supported: path", cseq=10)
    phone.bindings("Contact: <sip:b@192.0.2.1>;x=\"y\";expires=600", cseq=11)
    phone.bindings("Contact: <sip:c@192.0.2.1>;expires=1", cseq=12)
    before = field(phone.expect(200), "Contact")
    phone.program.terminate()
    equal("exit status", phone.program.exit(), 0)
    time.sleep(1.1)
    phone = Phone(stage, "--no-auth", "--database", path(stage))
    after = field(phone.expect(200), "Contact")
    def strip(lines):
        return [re.sub(r"expires=\d+", "", line) for line in lines]
    equal("bindings without the lapsed one", strip(after), strip(before[:2]))
    check(int(re.search(r"expires=(\d+)", after[1]).group(1)) <= 599, f"{after} is as long as before")
    phone.expect(500, "Contact: <sip:b@192.0.2.1>", cseq=11)
    equal("the same device elsewhere", len(phone.bindings(f"Contact: <sip:a@192.0.2.9>{device}", cseq=13)), 2)
    shown = tool(stage, "bindings").splitlines()
    equal("lines of server bindings", len(shown), 2)
    check(shown[0].startswith("alice@interop.test\tsip:a@192.0.2.9\t"), shown[0])


class Hammer:
    """Registers twenty users again and again, without waiting, and knows what was acknowledged."""

    USERS = 20

    def __init__(self):
        self.sent, self.acknowledged = [0] * self.USERS, [0] * self.USERS

    def strike(self, phone, number):
        user = number % self.USERS
        self.sent[user] += 1
        contact = f'Contact: <sip:{self.sent[user]}@192.0.2.1>;+sip.instance="<urn:x:{user}>";reg-id=1'
        to = f"<sip:user{user}@interop.test>"
        phone.send(phone.request(contact, cseq=self.sent[user], call_id=f"user{user}", to=to))

    def listen(self, phone, seconds):
        """Takes what answers there are."""
        phone.socket.settimeout(seconds)
        try:
            while True:
                answer = phone.receive()
                code = int(answer.split(" ")[1])
                check(code in (200, 503), answer)
                if code == 200:
                    user = int(re.search(r"^To: <sip:user(\d+)@", answer, re.M).group(1))
                    self.acknowledged[user] = max(self.acknowledged[user], int(field(answer, "CSeq")[0].split(" ")[0]))
        except (socket.timeout, ConnectionError, BlockingIOError):
            pass
        finally:
            phone.socket.settimeout(5)

    def check(self, phone):
        for user in range(self.USERS):
            found = phone.bindings(to=f"<sip:user{user}@interop.test>", call_id="look")
            versions = [int(re.match(r"sip:(\d+)@", uri).group(1)) for uri in found]
            low, high = self.acknowledged[user], self.sent[user]
            check((versions or low == 0) and all(low <= one <= high for one in versions) and len(versions) <= 1,
                  f"user{user}: {versions} is there, {low} was acknowledged, {high} was sent")


@case
def killed(stage):
    """kill -9 at any moment loses nothing that was acknowledged."""
    hammer, chance = Hammer(), random.Random()
    options = ("--no-auth", "--database", path(stage))
    for _ in range(KILLS):
        phone = Phone(stage, *options)
        hammer.check(phone)
        before = sum(hammer.acknowledged)
        end = time.monotonic() + chance.uniform(0.01, 0.25)
        number = 0
        while time.monotonic() < end:
            hammer.strike(phone, number)
            number += 1
            if number % 8 == 0:
                hammer.listen(phone, 0.001)
        phone.program.process.kill()
        phone.program.exit()
        hammer.listen(phone, 0.05)
        check(sum(hammer.acknowledged) >= before, "it goes backwards")
    hammer.check(Phone(stage, *options))
    check(sum(hammer.acknowledged) > KILLS, f"only {sum(hammer.acknowledged)} were acknowledged")


@case
def locked(stage):
    """While another process holds the file: 503 and nothing acknowledged; then all is as before."""
    phone = Phone(stage, "--no-auth", "--database", path(stage))
    phone.bindings("Contact: <sip:a@192.0.2.1>")
    other = sqlite3.connect(path(stage), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answer = phone.expect(503, "Contact: <sip:b@192.0.2.1>")
    equal("Retry-After", field(answer, "Retry-After"), ["10"])
    equal("reading goes on", len(phone.bindings()), 1)
    other.execute("ROLLBACK")
    equal("afterwards", len(phone.bindings("Contact: <sip:b@192.0.2.1>")), 2)
    other.close()


@case
def gone(stage):
    """A file that was removed or replaced is not written to: what is acknowledged would be lost."""
    phone = Phone(stage, "--no-auth", "--database", path(stage))
    phone.bindings("Contact: <sip:a@192.0.2.1>")
    names = [name for name in os.listdir(stage.directory) if name.startswith("sip.db")]
    os.mkdir(path(stage, "away"))
    for name in names:
        os.rename(path(stage, name), path(stage, f"away/{name}"))
    phone.expect(503, "Contact: <sip:b@192.0.2.1>")
    phone.expect(503)
    check(not os.path.exists(path(stage)), "it made an empty one")
    for name in names:
        os.rename(path(stage, f"away/{name}"), path(stage, name))
    equal("afterwards", len(phone.bindings("Contact: <sip:b@192.0.2.1>")), 2)


@case
def full(stage):
    """No room for the file to grow: 503, and what is there stays; then all goes on."""
    phone = Phone(stage, "--no-auth", "--database", path(stage))
    phone.bindings("Contact: <sip:a@192.0.2.1>", to="<sip:first@interop.test>")
    pid = str(phone.program.process.pid)
    size = max(os.path.getsize(path(stage, name)) for name in os.listdir(stage.directory))
    subprocess.run(["prlimit", "--pid", pid, f"--fsize={size + 20000}:unlimited"], check=True)
    codes = []
    for number in range(100):
        contact = f"Contact: <sip:{'a' * 900}@192.0.2.1>"
        codes.append(phone.ask(contact, to=f"<sip:user{number}@interop.test>")[0])
    check(503 in codes and set(codes) <= {200, 503}, f"{codes}")
    subprocess.run(["prlimit", "--pid", pid, "--fsize=unlimited:unlimited"], check=True)
    for number, code in enumerate(codes):
        found = phone.bindings(to=f"<sip:user{number}@interop.test>")
        check(found or code == 503, f"user{number} was acknowledged and is gone")
    equal("afterwards", len(phone.bindings("Contact: <sip:b@192.0.2.1>", to="<sip:first@interop.test>")), 2)


@case
def unusable(stage):
    """A file that is none is refused at the start."""
    with open(path(stage), "w", encoding="utf-8") as file:
        file.write("This is no database.\n" * 100)
    check("not a database" in tool(stage, "user", "list", status=1), "it does not say what is wrong")
