"""examples/server, one datagram at a time: RFC 3261 10.3, clause by clause."""
import hashlib
import re
import signal
import socket
import time

from harness import case, check, equal
from wire import parameters

REGISTER = "REGISTER sip:interop.test SIP/2.0"


class Phone:
    """A socket that writes its messages by hand."""

    def __init__(self, stage, *options):
        host, _, port = stage.server(*(options or ("--no-auth",))).rpartition(":")
        self.target = (host, int(port))
        self.program = stage.started[-1]
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        self.cseq, self.branches = 0, 0

    def request(self, *fields, line=REGISTER, cseq=None, call_id="one", to=None):
        """The bytes of a request with these further header fields; Contact: and Expires: among them, as a rule."""
        method = line.split(" ")[0]
        self.branches += 1
        self.cseq = self.cseq + 1 if cseq is None else cseq
        to = to or "<sip:alice@interop.test>"
        lines = [line, f"Via: SIP/2.0/UDP 127.0.0.1:{self.socket.getsockname()[1]};branch=z9hG4bK{self.branches};rport",
                 "Max-Forwards: 70", f"From: {to};tag=1", f"To: {to}", f"Call-ID: {call_id}",
                 f"CSeq: {self.cseq} {method}", *fields, "Content-Length: 0", "", ""]
        return "\r\n".join(lines).encode()

    def authorized(self, challenge, uri="sip:interop.test", user="alice", password="secret"):
        """The Authorization field for REGISTER that answers a 401 with SHA-256, without qop."""
        def digest(*parts):
            return hashlib.sha256(":".join(parts).encode()).hexdigest()
        asked = parameters(field(challenge, "WWW-Authenticate")[0])
        nonce, realm = asked["nonce"], asked["realm"]
        proof = digest(digest(user, realm, password), nonce, digest("REGISTER", uri))
        return (f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                f'response="{proof}", algorithm=SHA-256')

    def send(self, data):
        self.socket.sendto(data, self.target)

    def receive(self):
        return self.socket.recv(65535).decode()

    def ask(self, *fields, **others):
        """Sends a request; returns the status code of the answer, and the answer."""
        self.send(self.request(*fields, **others))
        answer = self.receive()
        return int(answer.split(" ")[1]), answer

    def expect(self, code, *fields, **others):
        found, answer = self.ask(*fields, **others)
        equal(f"status code for {fields} {others}", found, code)
        return answer

    def bindings(self, *fields, **others):
        """Sends a request that is to be accepted. Returns {contact URI: remaining seconds}."""
        answer = self.expect(200, *fields, **others)
        found = re.findall(r"^Contact: <([^>]*)>.*;expires=(\d+)\r$", answer, re.M)
        return {uri: int(expires) for uri, expires in found}


def field(answer, name):
    return re.findall(rf"^{name}: (.*)\r$", answer, re.M)


@case
def methods(stage):
    phone = Phone(stage)
    answer = phone.expect(405, line="INVITE sip:alice@interop.test SIP/2.0")
    equal("Allow", field(answer, "Allow"), ["REGISTER, OPTIONS"])
    answer = phone.expect(200, line="OPTIONS sip:interop.test SIP/2.0")
    equal("Allow", field(answer, "Allow"), ["REGISTER, OPTIONS"])
    check(re.search(r"^To: <sip:alice@interop.test>;tag=\w+\r$", answer, re.M), "To has no tag")
    phone.expect(405, line="FROBNICATE sip:interop.test SIP/2.0")
    phone.expect(481, line="CANCEL sip:alice@interop.test SIP/2.0")
    phone.expect(416, line="REGISTER tel:+49301234 SIP/2.0")
    phone.send(phone.request(line="ACK sip:interop.test SIP/2.0"))
    phone.send(b"SIP/2.0 200 OK\r\n\r\n")
    phone.send(b"\r\n\r\n")
    equal("the first answer behind an ACK, a response and a keep-alive", phone.ask()[0], 200)


@case
def malformed(stage):
    """A 400 that names the field; never to an ACK or a response."""
    phone = Phone(stage)
    phone.expect(400, to="<sip:alice@interop.test")
    good = phone.request("Contact: <sip:a@192.0.2.1>")
    for pattern, text, code in ((rb"CSeq: \d+", b"CSeq: 4294967296", 400), (rb"Call-ID: .*?\r\n", b"", 400),
                                (rb"CSeq: (\d+) REGISTER", rb"CSeq: \1 INVITE", 400),
                                (rb"SIP/2.0\r", b"SIP/3.0\r", 505),
                                (rb"Content-Length: 0", b"Content-Length: 9", 400),
                                (rb"Call-ID: one", b"Call-ID: one\r\nCall-ID: two", 400)):
        phone.send(re.sub(pattern, text, good, count=1))
        equal(f"status code with {text!r}", int(phone.receive().split(" ")[1]), code)
    phone.send(phone.request("Call-ID: two", line="ACK sip:interop.test SIP/2.0"))
    phone.send(b"nonsense")
    equal("bindings in the end", phone.bindings(), {})


@case
def life_of_a_binding(stage):
    phone = Phone(stage)
    equal("fetch of nothing", phone.bindings(), {})
    equal("first", phone.bindings("Contact: <sip:a@192.0.2.1>;expires=600"), {"sip:a@192.0.2.1": 600})
    equal("second, by Expires", phone.bindings("Contact: <sip:a@192.0.2.2>", "Expires: 300"),
          {"sip:a@192.0.2.1": 600, "sip:a@192.0.2.2": 300})
    equal("none named", phone.bindings("Contact: <sip:a@192.0.2.2>")["sip:a@192.0.2.2"], 3600)
    equal("malformed Expires", phone.bindings("Contact: <sip:a@192.0.2.2>", "Expires: soon")["sip:a@192.0.2.2"], 3600)
    equal("two in one", phone.bindings("Contact: <sip:a@192.0.2.3>;expires=60,<sip:a@192.0.2.1>;expires=0"),
          {"sip:a@192.0.2.2": 3600, "sip:a@192.0.2.3": 60})
    equal("another user", phone.bindings(to="<sip:bob@interop.test>"), {})
    forever = phone.bindings("Contact: <sip:a@192.0.2.2>;expires=4294967295")
    equal("too long is shortened", forever["sip:a@192.0.2.2"], 7200)
    equal("all", phone.bindings("Contact: *", "Expires: 0"), {})


@case
def what_is_the_same(stage):
    """URIs are compared by RFC 3261 19.1.4, devices by instance and reg-id (RFC 5626 6), AORs without escapes."""
    phone = Phone(stage)
    phone.bindings("Contact: <sip:%61@192.0.2.1:5060;transport=udp>;expires=600")
    phone.bindings("Contact: <sip:a@192.0.2.1:5060;TRANSPORT=UDP>;expires=300")
    equal("the same URI", list(phone.bindings().values()), [300])
    equal("another port", len(phone.bindings("Contact: <sip:a@192.0.2.1:5062;transport=udp>")), 2)
    phone.bindings("Contact: *", "Expires: 0")
    device = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'
    phone.bindings(f"Contact: <sip:a@192.0.2.1>{device};reg-id=1")
    moved = phone.bindings(f"Contact: <sip:a@192.0.2.9>{device};reg-id=1")
    equal("the same device elsewhere", moved, {"sip:a@192.0.2.9": 3600})
    answer = phone.expect(200, f"Contact: <sip:a@192.0.2.9>{device};reg-id=2")
    equal("Contacts with its second flow", len(field(answer, "Contact")), 2)
    answer = phone.expect(200, to="<sip:%61lice@INTEROP.test;user=phone>")
    equal("Contacts of the same AOR", len(field(answer, "Contact")), 2)
    check(device in answer and ";reg-id=2" in answer, "the parameters of Contact are not told")
    equal("Alice is not alice", phone.bindings(to="<sip:Alice@interop.test>"), {})


@case
def order(stage):
    """A late request changes nothing (10.3, step 7), whatever became of it; and it is all or nothing."""
    phone = Phone(stage)
    phone.bindings("Contact: <sip:a@192.0.2.1>", cseq=10)
    phone.expect(500, "Contact: <sip:a@192.0.2.1>;expires=0", cseq=9)
    phone.expect(500, "Contact: <sip:a@192.0.2.1>;expires=0", cseq=10)
    phone.expect(500, "Contact: <sip:b@192.0.2.1>,<sip:a@192.0.2.1>", cseq=8)
    phone.expect(500, "Contact: *", "Expires: 0", cseq=7)
    equal("what is left", phone.bindings(cseq=6), {"sip:a@192.0.2.1": 3600})
    equal("another Call-ID", phone.bindings("Contact: <sip:a@192.0.2.1>;expires=0", cseq=1, call_id="two"), {})


@case
def star(stage):
    phone = Phone(stage)
    phone.bindings("Contact: <sip:a@192.0.2.1>")
    phone.expect(400, "Contact: *")
    phone.expect(400, "Contact: *", "Expires: 60")
    phone.expect(400, "Contact: *, <sip:a@192.0.2.2>", "Expires: 0")
    phone.expect(400, "Contact: <sip:a@192.0.2.2>", "Contact: *", "Expires: 0")
    equal("what is left", len(phone.bindings()), 1)


@case
def too_brief(stage):
    phone = Phone(stage, "--no-auth", "--min-expires", "120")
    for expires in (1, 119):
        answer = phone.expect(423, f"Contact: <sip:a@192.0.2.1>;expires={expires}")
        equal("Min-Expires", field(answer, "Min-Expires"), ["120"])
    equal("enough", phone.bindings("Contact: <sip:a@192.0.2.1>;expires=120"), {"sip:a@192.0.2.1": 120})
    equal("leaving", phone.bindings("Contact: <sip:a@192.0.2.1>;expires=0"), {})


@case
def limits(stage):
    """The eleventh binding and a Contact that is too long are refused; a lapsed one makes room."""
    phone = Phone(stage, "--no-auth", "--min-expires", "1")
    for number in range(10):
        phone.bindings(f"Contact: <sip:a@192.0.2.{number}>;expires={1 if number == 0 else 600}")
    phone.expect(500, "Contact: <sip:a@192.0.2.10>")
    phone.expect(513, "Contact: <sip:" + "a" * 3100 + "@192.0.2.1>", to="<sip:bob@interop.test>")
    phone.expect(513, "Contact: <sip:a@192.0.2.1>;x=" + "a" * 3100, to="<sip:bob@interop.test>")
    phone.expect(404, to="<sip:" + "a" * 300 + "@interop.test>")
    phone.socket.settimeout(0.2)
    for _ in range(20):
        if len(phone.bindings()) == 9:
            break
        try:
            phone.socket.recv(1)
        except socket.timeout:
            pass
    equal("room again", len(phone.bindings("Contact: <sip:a@192.0.2.10>")), 10)


@case
def many_addresses(stage):
    """As many addresses-of-record as were allowed, and no more; those without a binding take no place."""
    phone = Phone(stage, "--no-auth", "--max-addresses", "1000")
    for number in range(1100):
        phone.bindings(to=f"<sip:user{number}@interop.test>")
    for number in range(1000):
        phone.bindings("Contact: <sip:a@192.0.2.1>", to=f"<sip:user{number}@interop.test>")
    phone.expect(503, "Contact: <sip:a@192.0.2.1>", to="<sip:user1000@interop.test>")
    phone.bindings("Contact: <sip:a@192.0.2.1>;expires=0", to="<sip:user7@interop.test>")
    equal("room again", len(phone.bindings("Contact: <sip:a@192.0.2.1>", to="<sip:user1000@interop.test>")), 1)


@case
def sent_again(stage):
    """The same request gets the same answer, to the byte (17.2.2), and is not worked on twice."""
    phone = Phone(stage, "--one-time")
    request = phone.request("Contact: <sip:a@192.0.2.1>")
    phone.send(request)
    first = phone.receive()
    for _ in range(3):
        phone.send(request)
        equal("the answer to the same request", phone.receive(), first)
    phone.send(phone.request("Contact: <sip:a@192.0.2.1>"))
    check(phone.receive() != first, "another request got the same challenge")
    phone.program.terminate()
    equal("exit status of server", phone.program.exit(), 0)
    phone.program.line(r"^5 requests: 0 accepted, 2 challenged, 0 refused, 3 sent again; 0 malformed; 0 bindings$")


@case
def extensions(stage):
    """Require (8.2.2.3) and Path (RFC 3327 5.3)."""
    phone = Phone(stage)
    equal("Unsupported", field(phone.expect(420, "Require: path, gruu"), "Unsupported"), ["gruu"])
    equal("Unsupported", field(phone.expect(420, "Path: <sip:edge.test;lr>"), "Unsupported"), ["path"])
    path = "Path: <sip:edge.test;lr>,<sip:core.test;lr>"
    answer = phone.expect(200, "Supported: Path", path, "Contact: <sip:a@192.0.2.1>")
    equal("Path", ", ".join(field(answer, "Path")), "<sip:edge.test;lr>, <sip:core.test;lr>")
    phone.expect(200, "Require: path", "Path: <sip:edge.test;lr>")
    equal("bindings", len(phone.bindings()), 1)


@case
def folded_values(stage):
    """What had a fold in it can be written: in the answer to its own request, and in every later one."""
    phone = Phone(stage)
    device = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-\r\n 000A95A0E128>"'
    path = 'Path: "an \r\n edge" <sip:edge.test;lr>;x="a\r\n\t b"'
    for fields in ([], [path, "Supported: path"], [f"Contact: <sip:a@192.0.2.1>;x=\"a\r\n b\"{device};reg-id=1"],
                   [f"Contact: <sip:a@192.0.2.2>;x=\"a\r\n   b\"{device};reg-id=1", path, "Supported: path"], []):
        answer = phone.expect(200, *fields)
    contacts = field(answer, "Contact")
    equal("bindings of the one device", len(contacts), 1)
    check(';x="a b";+sip.instance="<urn:uuid:00000000-0000-1000-8000- 000A95A0E128>";' in contacts[0], contacts[0])
    phone.expect(405, line="OPTION sip:interop.test SIP/2.0", to='"a\r\n b" <sip:alice@interop.test>')
    phone.expect(420, "Require: a,\r\n b")
    phone.expect(404, to='"a\r\n b" <sip:alice@elsewhere.test>;x="c\r\n d"')


@case
def never_more_than_thrice(stage):
    """Who has proved nothing gets at most three times the octets that were sent, whatever they were."""
    def grows(what, data):
        phone.send(data)
        phone.send(probe)
        answer = phone.receive()
        if "CSeq: 77 BYE" in answer:
            return None
        check(len(answer) <= 3 * len(data), f"{len(data)} octets of {what} got {len(answer)}")
        check("CSeq: 77 BYE" in phone.receive(), "the probe was not answered")
        return answer
    for options, realm in ((["--algorithm", "SHA-512-256,SHA-256,MD5"], "interop.test"), ([], "r" * 200),
                           (["--no-auth"], "interop.test")):
        phone = Phone(stage, *options, "--any-domain", "--realm", realm)
        probe = phone.request(line="BYE sip:interop.test SIP/2.0", cseq=77)
        codes = {}
        for size in range(0, 1000, 13):
            for contact in ("", "m:<sip:a@a>"):
                phone.branches += 1
                short = (f"REGISTER sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;branch=z9hG4bK{phone.branches}\r\nf:<sip:a@a>;tag=1\r\n"
                         f"t:<sip:a@a>\r\ni:{phone.branches}\r\nCSeq:1 REGISTER\r\nMax-Forwards:9\r\n{contact}")
                answer = grows("REGISTER", f"{short}\r\nx:{'x' * size}\r\n\r\n".encode())
                codes.setdefault(answer and int(answer.split(" ")[1]), []).append(len(field(answer, "WWW-Authenticate")))
                # The same transaction again, in fewer octets.
                grows("a shorter REGISTER", f"{short}\r\n\r\n".encode())
        if options != ["--no-auth"]:
            equal("status codes", sorted(codes), [401] if realm == "interop.test" else [400, 401])
            equal("challenges where the request is long", codes[401][-1], 3 if options else 2)
            equal("challenges, the longer the more", codes[401], sorted(codes[401]))
        good = phone.request("Contact: <sip:a@192.0.2.1>")
        for length in range(1, len(good), 7):
            grows("a request that was cut", good[:length] + b"\r\n\r\n")
        for line in ("OPTIONS sip:a SIP/2.0", "FROB sip:a SIP/2.0", "REGISTER tel:1 SIP/2.0", "REGISTER sip:a SIP/3.0"):
            grows(line, f"{line}\r\nv:SIP/2.0/UDP a;branch=z9hG4bKq\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\ni:1\r\nCSeq:1 "
                        f"{line.split(' ')[0]}\r\nMax-Forwards:9\r\n\r\n".encode())
        phone.program.terminate()
        phone.program.exit()


@case
def the_password_gives_room(stage):
    """Ten bindings are told to who has proved the password, in answer to a short request, too."""
    phone = Phone(stage, "--qop", "none", "--any-domain")
    for number in range(10):
        phone.expect(200, f"Contact: <sip:{'a' * 200}@192.0.2.{number}>", phone.authorized(phone.expect(401)))
    request = phone.request(phone.authorized(phone.expect(401)))
    phone.send(request)
    answer = phone.receive()
    equal("bindings", len(field(answer, "Contact")), 10)
    check(len(answer) > 3 * len(request), "the answer is short")
    phone.send(request)
    equal("the answer to the same request", phone.receive(), answer)


@case
def uri_check(stage):
    """Whose credentials are for another URI are told so, and are taken where that was wished."""
    uris = ("sip:interop.test", "sip:INTEROP.test", "sip:interop.test:5062", "sip:interop.test;transport=udp",
            "sip:elsewhere.test", "nonsense")
    for how, right in (("equal", uris[:2]), ("host", uris[:4]), ("any", uris)):
        phone = Phone(stage, "--qop", "none", "--uri-check", how)
        for uri in uris:
            code, answer = phone.ask(phone.authorized(phone.expect(401), uri))
            equal(f"{how}: status code for {uri}", code, 200 if uri in right else 400)
            check(code == 200 or answer.startswith("SIP/2.0 400 URI Of Credentials Is Not That Of Request\r\n"), answer)


@case
def any_domain(stage):
    """One user binds ten addresses-of-record and no more; others still can."""
    phone = Phone(stage, "--no-auth", "--any-domain")
    for number in range(10):
        phone.bindings("Contact: <sip:a@192.0.2.1>", to=f"<sip:alice@domain{number}.test>")
    for fields in ([], ["Contact: <sip:a@192.0.2.1>"]):
        answer = phone.expect(403, *fields, to="<sip:%61lice@domain10.test>")
        check(answer.startswith("SIP/2.0 403 Too Many Addresses-Of-Record\r\n"), answer)
    phone.bindings("Contact: <sip:a@192.0.2.2>", to="<sip:alice@DOMAIN3.test>")
    phone.bindings("Contact: <sip:a@192.0.2.1>", to="<sip:alice%40b@domain10.test>")
    phone.bindings("Contact: <sip:a@192.0.2.1>", to="<sip:bob@domain10.test>")
    phone.bindings("Contact: *", "Expires: 0", to="<sip:alice@domain3.test>")
    phone.bindings("Contact: <sip:a@192.0.2.1>", to="<sip:alice@domain10.test>")
    phone.expect(403, to="<sip:alice@domain3.test>")


@case
def domains(stage):
    """The realm's, without a word; another one by --domain."""
    phone = Phone(stage, "--no-auth", "--domain", "elsewhere.test")
    phone.expect(404, to="<sip:alice@interop.test>")
    phone.expect(200, to="<sip:alice@elsewhere.test>")
    phone = Phone(stage)
    phone.expect(404, to="<sip:alice@elsewhere.test>")
    phone.expect(404, to="<sip:interop.test>")
    phone.expect(404, to="<tel:+49301234>")
    phone.expect(200, to="<sips:alice@Interop.Test>")


@case
def via(stage):
    """received and rport are filled in (18.2.1, RFC 3581 4), and the answer goes where the request came from."""
    phone = Phone(stage)
    phone.send(phone.request().replace(b"Via: SIP/2.0/UDP 127.0.0.1:", b"Via: SIP/2.0/UDP 192.0.2.99:"))
    top = field(phone.receive(), "Via")[0]
    check(";received=127.0.0.1" in top, f"no received in {top}")
    check(f";rport={phone.socket.getsockname()[1]}" in top, f"no rport in {top}")


@case
def signals(stage):
    """Both signals end it well, with its statistics."""
    for number in (signal.SIGINT, signal.SIGTERM):
        phone = Phone(stage)
        phone.bindings("Contact: <sip:a@192.0.2.1>")
        phone.program.process.send_signal(number)
        equal("exit status", phone.program.exit(5), 0)
        phone.program.line(r"^1 requests: 1 accepted, .*; 1 bindings$")


@case
def sloppy_devices(stage):
    """What can be understood without doubt is taken, counted by kind, shown in the trace, and answered as it should be."""
    phone, strict = Phone(stage, "--no-auth", "--trace"), Phone(stage, "--no-auth", "--strict")
    changes = (("empty parameters", rb"(From: [^\r]*)", rb"\1;"),
               ("bare LF", rb"\r\n", b"\n"),
               ("bare LF", rb"(Max-Forwards: 70)\r\n", rb"\1\n"),
               ("repeated field", rb"(Content-Length)", rb"Expires: 90\r\nExpires: 90\r\n\1"),
               ("display name", rb"From: ", b"From: Doe, John "),
               ("display name", rb"To: ", b"To: J\xf6rg "),
               ("Call-ID", rb"Call-ID: one", b"Call-ID: one {two} <three>"),
               ("long q", rb"(Contact: [^\r]*)", rb"\1;q=1.0000"),
               ("bad lines", rb"(Content-Length)", rb"nonsense\r\n\1"))
    counts = {}
    for kind, pattern, text in changes:
        good = phone.request("Contact: <sip:a@192.0.2.1>")
        sloppy = re.sub(pattern, text, good)
        check(sloppy != good, kind)
        if b"\r\n" in sloppy:
            strict.send(sloppy)
            equal(f"strictly: status code with {kind}", int(strict.socket.recv(65535).split(b" ")[1]), 400)
        phone.send(sloppy)
        answer = phone.socket.recv(65535)
        equal(f"status code with {kind}", int(answer.split(b" ")[1]), 200)
        check(re.search(rb"^Via: SIP/2.0/UDP 127.0.0.1:\d+;branch=z9hG4bK\d+;rport=\d+;received=127.0.0.1\r$", answer, re.M),
              f"{answer}")
        check(re.search(rb'^From: ("[^"\r]*" )?<sip:alice@interop.test>;tag=1\r$', answer, re.M), f"{answer}")
        check(re.search(rb'^To: ("[^"\r]*" )?<sip:alice@interop.test>;tag=\w+\r$', answer, re.M), f"{answer}")
        check(b"\n" not in answer.replace(b"\r\n", b"") and b"q=1.0000" not in answer, f"{answer}")
        counts[kind] = counts.get(kind, 0) + 1
    phone.program.process.send_signal(signal.SIGUSR1)
    for kind, count in counts.items():
        phone.program.line(rf'^sira_let_pass_total{{kind="{kind}"}} {count}$')
    phone.program.line(rf"^sira_accepted_total {len(changes)}$")


@case
def guessing(stage):
    """Wrong passwords make their address wait, and nobody else; a user is never locked out."""
    phone = Phone(stage, "--qop", "none")
    codes = []
    for _ in range(10):
        codes.append(phone.ask(phone.authorized(phone.expect(401), password="wrong"))[0])
    equal("status codes", codes, [401] * 9 + [503])
    challenge = phone.expect(401)
    answer = phone.expect(503, phone.authorized(challenge))
    check(0 < int(field(answer, "Retry-After")[0]) <= 2, answer)
    other = Phone.__new__(Phone)
    other.__dict__.update(phone.__dict__)
    other.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.socket.bind(("127.0.0.2", 0))
    other.socket.settimeout(5)
    other.expect(200, other.authorized(other.expect(401)))
    phone.socket.settimeout(0.2)
    for _ in range(30):
        code, answer = phone.ask(phone.authorized(challenge))
        if code != 503:
            break
        try:
            phone.socket.recv(1)
        except socket.timeout:
            pass
    phone.socket.settimeout(5)
    equal("after the wait", code, 200)
    equal("at once, as the right password clears it", phone.ask(phone.authorized(phone.expect(401), password="wrong"))[0], 401)


@case
def overload(stage):
    """Above --max-rate: 503, each with another Retry-After; below it all is as always."""
    phone = Phone(stage, "--no-auth", "--max-rate", "20")
    answers = [phone.ask("Contact: <sip:a@192.0.2.1>") for _ in range(60)]
    codes = [code for code, _ in answers]
    check(codes[:20] == [200] * 20 and codes[-1] == 503 and set(codes) == {200, 503}, f"{codes}")
    later = {int(field(answer, "Retry-After")[0]) for code, answer in answers if code == 503}
    check(len(later) > 3 and min(later) >= 5 and max(later) <= 20, f"{later}")
    time.sleep(0.3)
    equal("a little later", phone.ask("Contact: <sip:a@192.0.2.1>")[0], 200)
    phone.expect(200, line="OPTIONS sip:interop.test SIP/2.0")
