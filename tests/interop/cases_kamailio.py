"""examples/register against Kamailio."""
import hashlib
import os
import socket
import subprocess

import sipp
from harness import case, check, equal, poll, tool
from kamailio import Kamailio
from wire import parameters


def register_and_leave(stage, kamailio, *options, user="alice", **others):
    """Registers, looks at the binding from the registrar's side, and leaves by SIGTERM, which has to remove it."""
    client = stage.client(*options, user=user, aor=f"sip:{user}@interop.test", **others)
    equal("number of bindings in the event", client.event("registered")["bindings"], 1)
    equal("number of bindings", len(kamailio.contacts(user)), 1)
    client.terminate()
    client.succeeds()
    equal("bindings after leaving", kamailio.contacts(user), [])


def algorithm(stage, name, *switches, registrar="127.0.0.1:15060"):
    """The plain way: challenge, answer, and the un-REGISTER with the same nonce and the next count."""
    register_and_leave(stage, Kamailio(stage, *switches), registrar=registrar)
    first, answer, leave = stage.wire.requests()
    equal("start line", first.start, "REGISTER sip:interop.test SIP/2.0")
    equal("credentials in the first request", first.credentials, {})
    equal("algorithm", answer.credentials.get("algorithm", "MD5"), name)
    equal("nonce counts", [answer.credentials["nc"], leave.credentials["nc"]], ["00000001", "00000002"])
    equal("second nonce", leave.credentials["nonce"], answer.credentials["nonce"])
    check(leave.credentials["cnonce"] != answer.credentials["cnonce"], "both answers have the same cnonce")


@case
def md5(stage):
    algorithm(stage, "MD5")


@case
def md5_ipv6(stage):
    algorithm(stage, "MD5", registrar="[::1]:15060")
    check("@[::1]:" in stage.wire.asked("Contact")[0], "the Contact has no IPv6 address")


@case
def sha256(stage):
    algorithm(stage, "SHA-256", "WITH_SHA256")


@case
def sha256_ipv6(stage):
    algorithm(stage, "SHA-256", "WITH_SHA256", registrar="[::1]:15060")


@case
def sha512_256(stage):
    algorithm(stage, "SHA-512-256", "WITH_PYTHON")


@case
def no_qop(stage):
    register_and_leave(stage, Kamailio(stage, "WITH_NOQOP"))
    for answer in stage.wire.requests()[1:]:
        equal("parameters that need qop", {"qop", "nc", "cnonce"} & set(answer.credentials), set())


@case
def proxy(stage):
    """407 with Proxy-Authenticate is answered with Proxy-Authorization."""
    register_and_leave(stage, Kamailio(stage, "WITH_PROXY"))
    equal("challenges", len(stage.wire.answers(407)), 1)
    equal("Authorization fields", stage.wire.asked("Authorization"), [""] * 3)
    counts = [parameters(value).get("nc") for value in stage.wire.asked("Proxy-Authorization")]
    equal("nonce counts", counts, [None, "00000001", "00000002"])


def sent(stage, method, *options, password="secret"):
    """Sends a request by examples/send; its exit status and what it printed."""
    argv = [stage.program("send"), "--aor", "sip:alice@interop.test", "--to", "sip:bob@interop.test", "--server", "sip:127.0.0.1:15060",
            "--method", method, *options]
    done = subprocess.run(argv, env={**os.environ, "SIRA_PASSWORD": password}, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout


@case
def requests(stage):
    """Other requests than REGISTER: 407 is answered, and a wrong password once."""
    kamailio = Kamailio(stage)
    equal("OPTIONS", sent(stage, "OPTIONS"), (0, "200 OK\n"))
    equal("MESSAGE", sent(stage, "MESSAGE", "--body", "Hello."), (0, "202 Accepted\n"))
    equal("SUBSCRIBE", sent(stage, "SUBSCRIBE", "--field", "Event: presence", "--field", "Expires: 60"), (0, "202 Accepted\n"))
    equal("requests that were accepted", len(kamailio.log("accepted: alice")), 2)
    status, text = sent(stage, "MESSAGE", "--body", "Hello.", password="wrong")
    equal("status with a wrong password", status, 1)
    check("407" in text, f"a wrong password: {text}")


@case
def utf8_password(stage):
    register_and_leave(stage, Kamailio(stage), user="carol", password="päss wörd")


def refreshed(stage, *switches):
    """A lifetime of 24 s is refreshed after its half, by one request; what is asked for is not what was granted."""
    kamailio = Kamailio(stage, "MAX_EXPIRES=24", *switches)
    client = stage.client("--expires", "600")
    first = client.event("registered")
    equal("granted lifetime", first["expires"], 24)
    elapsed = client.event("registered", 2, seconds=20)["time"] - first["time"]
    check(9 <= elapsed <= 16, f"refreshed after {elapsed:.1f} s")
    equal("number of bindings", len(kamailio.contacts("alice")), 1)
    client.terminate()
    client.succeeds("registering", "registered", "refreshing", "registered", "unregistering", "stopped")
    equal("lifetimes asked for", stage.wire.asked("Expires"), ["600", "600", "600", "0"])
    equal("nonce counts", stage.wire.credentials("nc"), [None, "00000001", "00000002", "00000003"])
    for name in ("Call-ID", "Contact"):
        equal(f"number of different {name}s", len(set(stage.wire.asked(name))), 1)
    numbers = [int(value.split()[0]) for value in stage.wire.asked("CSeq")]
    equal("CSeq numbers", numbers, list(range(numbers[0], numbers[0] + 4)))


@case
def refresh(stage):
    refreshed(stage)


@case
def refresh_sha256(stage):
    refreshed(stage, "WITH_SHA256")
    equal("algorithms", stage.wire.credentials("algorithm"), [None] + ["SHA-256"] * 3)


@case
def stale(stage):
    """The nonce expires between two requests: stale=true is answered with the new one, and is no rejection."""
    kamailio = Kamailio(stage, "NONCE_EXPIRE=1")
    stage.client("--duration", "3").succeeds()
    equal("bindings after leaving", kamailio.contacts("alice"), [])
    challenges = [parameters(answer.get("WWW-Authenticate")) for answer in stage.wire.answers(401)]
    equal("stale", [challenge.get("stale") for challenge in challenges], [None, "true"])
    equal("nonce counts", stage.wire.credentials("nc"), [None, "00000001", "00000002", "00000001"])


@case
def restarted(stage):
    """Kamailio with a new secret refuses the remembered nonce and need not say stale: that is no rejection either."""
    first = Kamailio(stage)
    client = stage.client()
    client.event("registered")
    first.program.end()
    second = Kamailio(stage)
    client.terminate()
    client.succeeds()
    challenges = [parameters(answer.get("WWW-Authenticate")) for answer in stage.wire.answers(401)]
    # It does say so when a second has begun between the nonce and its own start.
    equal("challenges", len(challenges), 2)
    check(challenges[0].get("stale") is None, "the first challenge is stale")
    equal("requests that were accepted", len(second.log("accepted: alice")), 1)


@case
def interval_too_brief(stage):
    """423: one raise, to what Min-Expires says."""
    Kamailio(stage, "MIN_EXPIRES=1800")
    client = stage.register_once("--expires", "600")
    equal("granted lifetime", client.event("registered")["expires"], 1800)
    equal("refusals", len(stage.wire.answers(423)), 1)
    equal("lifetimes asked for", stage.wire.asked("Expires"), ["600", "600", "1800", "0"])
    raised = client.event("registering", 2)
    equal("second event", (raised["status"], raised["code"]), ("SIRA_E_RESPONSE", 423))


@case
def one_time_nonces(stage):
    """A nonce is good for one request, and nobody says what comes next: each later request is challenged anew."""
    Kamailio(stage, "WITH_OTN")
    stage.register_once()
    _, first, again, second = stage.wire.credentials("nonce")
    equal("nonce that was tried again", again, first)
    check(second != first, "a used nonce was answered")


@case
def next_nonce(stage):
    """Authentication-Info says the next nonce, so only the first request is challenged; a new nonce counts from 1."""
    Kamailio(stage, "WITH_OTN", "WITH_AUTHINFO")
    stage.register_once()
    info = parameters(stage.wire.answers(200)[0].get("Authentication-Info"))
    first, second = stage.wire.credentials("nonce")[1:]
    check(second != first, "the nonce has not changed")
    equal("next nonce", second, info["nextnonce"])
    equal("nonce counts", stage.wire.credentials("nc"), [None, "00000001", "00000001"])


@case
def same_next_nonce(stage):
    """Authentication-Info says the nonce that is in use already: its count goes on."""
    Kamailio(stage, "WITH_NC", "WITH_AUTHINFO")
    stage.register_once()
    info = parameters(stage.wire.answers(200)[0].get("Authentication-Info"))
    equal("nonces", stage.wire.credentials("nonce")[1:], [info["nextnonce"]] * 2)
    equal("nonce counts", stage.wire.credentials("nc"), [None, "00000001", "00000002"])


def proof(stage, *switches):
    """Kamailio proves that it knows the password, and register believes it."""
    Kamailio(stage, "WITH_AUTHINFO", *switches)
    stage.register_once()
    check("rspauth=" in stage.wire.answers(200)[0].get("Authentication-Info"), "there was no rspauth")


@case
def rspauth(stage):
    proof(stage)


@case
def rspauth_sha256(stage):
    proof(stage, "WITH_SHA256")


@case
def nonce_count(stage):
    """Kamailio remembers the counts that it has seen."""
    algorithm(stage, "MD5", "WITH_NC")


FETCH = """REGISTER sip:interop.test SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-fetch-{nc}
Max-Forwards: 70
From: <sip:alice@interop.test>;tag=1
To: <sip:alice@interop.test>
Call-ID: fetch
CSeq: 1 REGISTER
Authorization: Digest username="alice",realm="interop.test",nonce="{nonce}",uri="sip:interop.test",
 response="{response}",qop=auth,nc={nc},cnonce="c"
Content-Length: 0

""".replace("\n", "\r\n")


def spend(nonce, nc):
    """Asks for alice's bindings with her password, and returns the status line of the answer."""
    def digest(*parts):
        return hashlib.md5(":".join(parts).encode()).hexdigest()
    ha1, ha2 = digest("alice", "interop.test", "secret"), digest("REGISTER", "sip:interop.test")
    response = digest(ha1, nonce, nc, "c", "auth", ha2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.settimeout(5)
        other.connect(("127.0.0.1", 15060))
        other.send(FETCH.format(port=other.getsockname()[1], nonce=nonce, nc=nc, response=response).encode())
        return other.recv(4000).decode().split("\r\n")[0]


@case
def replay(stage):
    """Somebody else has used the next nonce count: register is told stale=true, and goes on with a new nonce."""
    kamailio = Kamailio(stage, "WITH_NC")
    client = stage.client()
    client.event("registered")
    equal("their answer", spend(stage.wire.credentials("nonce")[-1], "00000002"), "SIP/2.0 200 OK")
    client.terminate()
    client.succeeds()
    equal("bindings after leaving", kamailio.contacts("alice"), [])
    counts = [request.credentials.get("nc") for request in stage.wire.requests() if request.get("Call-ID") != "fetch"]
    equal("nonce counts", counts, [None, "00000001", "00000002", "00000001"])


@case
def bindings_of_others(stage):
    """Another phone of alice's, and bob: register finds its own Contact, which is not the first, and counts all."""
    kamailio = Kamailio(stage)
    phones = sipp.client(stage, "127.0.0.1:15060", {}, {"user": "bob", "password": "hunter2"})
    equal("exit status of sipp", phones.exit(), 0)
    client = stage.client("--expires", "600")
    event = client.event("registered")
    equal("granted lifetime", event["expires"], 600)
    equal("number of bindings in the event", event["bindings"], 2)
    client.terminate()
    client.succeeds()
    for user in ("alice", "bob"):
        equal(f"what is left of {user}'s", kamailio.contacts(user), [f"sip:{user}@127.0.0.1:15070"])


@case
def too_many_contacts(stage):
    """503 with Retry-After: register says when it comes back, and is registered then."""
    kamailio = Kamailio(stage, "MAX_CONTACTS=1")
    equal("exit status of sipp", sipp.client(stage, "127.0.0.1:15060").exit(), 0)
    client = stage.client()
    waiting = client.event("waiting")
    equal("response code", waiting["code"], 503)
    check(7 <= waiting["next"] <= 15, f"next attempt after {waiting['next']} s where Retry-After was 7")
    kamailio.command("ul.rm", "location", "alice")
    waited = client.event("registered", seconds=18)["time"] - waiting["time"]
    check(abs(waited - waiting["next"]) < 1.5, f"came back after {waited:.1f} s, had announced {waiting['next']} s")
    client.terminate()
    client.succeeds("registering", "waiting", "registering", "registered", "unregistering", "stopped")


@case
def unavailable(stage):
    Kamailio(stage, "WITH_503")
    client = stage.client("--duration", "2")
    waiting = client.event("waiting")
    equal("response code", waiting["code"], 503)
    check(3 <= waiting["next"] <= 15, f"next attempt after {waiting['next']} s where Retry-After was 3")
    client.fails()
    equal("requests", len(stage.wire.requests()), 1)


def rejected(stage, **credentials):
    """One challenge is answered, once; then nothing for minutes."""
    kamailio = Kamailio(stage)
    client = stage.client("--duration", "2", **credentials)
    waiting = client.event("waiting")
    equal("status and code", (waiting["status"], waiting["code"]), ("SIRA_E_CREDENTIALS", 401))
    check(waiting["next"] >= 100, f"the rejected password is tried again after {waiting['next']} s")
    client.fails()
    equal("requests", len(stage.wire.requests()), 2)
    equal("requests that were refused", len(kamailio.log("refused: ")), 2)
    equal("events", client.kinds(), ["registering", "waiting", "stopped"])


@case
def wrong_password(stage):
    rejected(stage, password="wrong")


@case
def unknown_user(stage):
    rejected(stage, user="nobody")


@case
def credentials_of_another(stage):
    """bob may not register alice: 403."""
    Kamailio(stage)
    client = stage.client("--duration", "2", user="bob", password="hunter2")
    equal("response code", client.event("waiting")["code"], 403)
    client.fails()
    equal("requests", len(stage.wire.requests()), 2)


@case
def password_changed(stage):
    """The password stops being right while registered: one more challenge is answered, once, and that is all."""
    kamailio = Kamailio(stage)
    client = stage.client()
    client.event("registered")
    kamailio.command("htable.sets", "password", "alice", "s:changed")
    client.terminate()
    client.exit()
    equal("last event", client.kinds()[-1], "stopped")
    equal("last request", stage.wire.asked("Expires")[-1], "0")
    check(len(stage.wire.requests()) <= 4, "the wrong password was tried again and again")


@case
def two_realms(stage):
    """Both challenges of one 401 are answered, each with its realm."""
    register_and_leave(stage, Kamailio(stage, "WITH_TWO"))
    realms = [parameters(value)["realm"] for value in stage.wire.requests()[1].all("Authorization")]
    equal("realms answered", sorted(realms), ["interop.test", "other.test"])


@case
def several_algorithms(stage):
    """Unknown schemes and algorithms are skipped; of the rest the topmost counts (RFC 8760 2.4)."""
    register_and_leave(stage, Kamailio(stage, "WITH_MULTIALG", "WITH_SHA256"))
    equal("algorithms", stage.wire.credentials("algorithm"), [None, "SHA-256", "SHA-256"])
    equal("answers per request", [len(request.all("Authorization")) for request in stage.wire.requests()], [0, 1, 1])


@case
def service_route_in_errors(stage):
    """Service-Route means something in a 2xx only (RFC 3608 6.1), and nothing to REGISTER itself."""
    kamailio = Kamailio(stage, "WITH_SROUTE", "MIN_EXPIRES=1800")
    register_and_leave(stage, kamailio, "--expires", "600")
    check(stage.wire.answers(423)[0].get("Service-Route"), "the 423 had no Service-Route")
    equal("Route fields", stage.wire.asked("Route"), [""] * 4)


@case
def lost_packets(stage):
    """Every second request and every third answer is lost. What is sent again is the same (RFC 3261 17.1.2.2)."""
    kamailio = Kamailio(stage)
    stage.drop("udp dport 15060 numgen inc mod 2 == 0", "udp sport 15060 numgen inc mod 3 == 0")
    client = stage.client("--once")
    equal("exit status of register", client.exit(40), 0)
    equal("bindings after leaving", kamailio.contacts("alice"), [])
    transactions = {}
    for message in stage.wire.messages():
        if not message.code:
            transactions.setdefault(message.branch, []).append(message)
    equal("transactions", len(transactions), 3)
    for sent in transactions.values():
        check(len(sent) >= 2, "nothing was lost")
        equal("number of different texts with one branch", len({request.data for request in sent}), 1)
        gaps = [later.at - earlier.at for earlier, later in zip(sent, sent[1:])]
        for gap, due in zip(gaps, (0.5, 1, 2, 4, 4, 4, 4, 4)):
            check(abs(gap - due) < 0.4, f"sent again after {gap:.2f} s, not after {due} s (timer E)")


def certificate(stage, name):
    """A self-signed one for this name, with its key; returns its path."""
    path = os.path.join(stage.directory, "server")
    subprocess.run([tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                    "-days", "2", "-subj", "/CN=interop", "-addext", f"subjectAltName={name}",
                    "-keyout", path + ".key", "-out", path + ".crt"], check=True, capture_output=True)
    return path + ".crt"


@case
def tcp(stage):
    certificate(stage, "IP:127.0.0.1")
    register_and_leave(stage, Kamailio(stage, "WITH_TCP"), "--transport", "tcp")


@case
def tls(stage):
    trusted = certificate(stage, "IP:127.0.0.1")
    register_and_leave(stage, Kamailio(stage, "WITH_TCP"), "--transport", "tls", "--tls-ca", trusted,
                       registrar="127.0.0.1:15061")


@case
def tls_wrong_name(stage):
    """Nothing is sent to a server that shows another name, and it says which."""
    trusted = certificate(stage, "DNS:other.test")
    kamailio = Kamailio(stage, "WITH_TCP")
    client = stage.client("--once", "--transport", "tls", "--tls-ca", trusted, registrar="127.0.0.1:15061")
    client.line("the certificate is for other.test, not for 127.0.0.1")
    client.fails()
    equal("bindings", kamailio.contacts("alice"), [])


@case
def minimal(stage):
    """examples/minimal registers as well."""
    kamailio = Kamailio(stage, "WITH_SHA256")
    stage.start("minimal", [stage.program("minimal"), "sip:127.0.0.1:15060", "sip:alice@interop.test"],
                {"SIRA_PASSWORD": "secret"})
    poll("minimal is registered", lambda: kamailio.contacts("alice"))
    equal("requests", len(stage.wire.requests()), 2)


def capture(stage, registrar):
    """--pcap writes what was on the wire, and tshark can read it."""
    Kamailio(stage, "WITH_AUTHINFO", "WITH_SROUTE")
    path = os.path.join(stage.directory, "register.pcap")
    stage.register_once("--pcap", path, registrar=registrar)
    stage.check_capture(path, len(stage.wire.messages()))


@case
def pcap(stage):
    capture(stage, "127.0.0.1:15060")


@case
def pcap_ipv6(stage):
    capture(stage, "[::1]:15060")
