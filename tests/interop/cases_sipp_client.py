"""SIPp as the client of examples/server: it computes digests of its own, and ends with 0 when each call got a 200."""
import os
import re
import socket

import sipp
from harness import case, check, equal
from wire import parameters

FETCH = {"contact": "Supported: path"}
ELSEWHERE = {"contact": "Contact: <sip:alice@192.0.2.7>"}


def contacts(message):
    return re.findall(r"<(sip:[^>]+)>", ",".join(message.all("Contact")))


def accepted(stage, server, *calls):
    """All calls end in a 200. Returns these answers."""
    equal("exit status of sipp", sipp.client(stage, server, *calls).exit(), 0)
    return stage.wire.answers(200)


def refused(stage, server, code, call):
    """The request with credentials gets that code. Returns the answer."""
    check(sipp.client(stage, server, call).exit() != 0, "sipp was given a 200")
    equal("status codes", [message.code for message in stage.wire.messages() if message.code], [401, code])
    return stage.wire.answers(code)[-1]


@case
def register_fetch_leave(stage):
    """The life of a binding beside another one, and bob's, who is not touched by it."""
    server = stage.server("--algorithm", "MD5")
    bob = {"user": "bob", "password": "hunter2"}
    answers = accepted(stage, server, {}, bob, FETCH, ELSEWHERE, FETCH, {"expires": 0}, FETCH)
    first, second = "sip:alice@127.0.0.1:15070", "sip:alice@192.0.2.7"
    equal("contacts in the answers", [sorted(contacts(answer)) for answer in answers],
          [[first], ["sip:bob@127.0.0.1:15070"], [first], [first, second], [first, second], [second], [second]])
    granted = int(re.search(r"expires=(\d+)", answers[0].get("Contact")).group(1))
    check(60 <= granted <= 120, f"120 s were asked for, {granted} s granted")


@case
def ipv6(stage):
    server = stage.server("--algorithm", "MD5", listen="[::1]:0")
    equal("contacts", contacts(accepted(stage, server)[0]), ["sip:alice@[::1]:15070"])


@case
def leave_all(stage):
    """Contact: * with Expires: 0 removes every binding."""
    server = stage.server("--algorithm", "MD5")
    answers = accepted(stage, server, {}, ELSEWHERE, {"contact": "Contact: *", "expires": 0})
    equal("contacts in the answers", [len(contacts(answer)) for answer in answers], [1, 2, 0])


@case
def star_with_lifetime(stage):
    """Contact: * with another lifetime is refused (RFC 3261 10.3, step 6)."""
    refused(stage, stage.server("--algorithm", "MD5"), 400, {"contact": "Contact: *"})


@case
def wrong_password(stage):
    challenge = refused(stage, stage.server("--algorithm", "MD5"), 401, {"password": "wrong"})
    check("stale=true" not in challenge.get("WWW-Authenticate").lower(), "a wrong password is called stale")


@case
def unknown_user(stage):
    refused(stage, stage.server("--algorithm", "MD5"), 401, {"user": "nobody"})


@case
def interval_too_brief(stage):
    server = stage.server("--algorithm", "MD5", "--min-expires", "60")
    equal("Min-Expires", refused(stage, server, 423, {"expires": 5}).get("Min-Expires"), "60")


@case
def no_qop(stage):
    accepted(stage, stage.server("--algorithm", "MD5", "--qop", "none"))
    equal("qop", stage.wire.credentials("qop"), [None, None])


@case
def auth_int(stage):
    accepted(stage, stage.server("--algorithm", "MD5", "--qop", "auth-int"))
    equal("qop", stage.wire.credentials("qop"), [None, "auth-int"])


@case
def capture(stage):
    """What the server sends in the usual cases is nothing that tshark calls malformed."""
    server = stage.server("--qop", "auth,auth-int", "--algorithm", "MD5,SHA-256,SHA-512-256", listen="127.0.0.1:15060")
    accepted(stage, server, {}, ELSEWHERE, FETCH, {"expires": 0}, {"contact": "Contact: *", "expires": 0})
    sipp.client(stage, server, {"expires": 5}).exit()
    sipp.client(stage, server, {"password": "wrong"}).exit()
    path = os.path.join(stage.directory, "wire.pcap")
    stage.wire.save(path)
    stage.check_capture(path, len(stage.wire.packets))


@case
def replay(stage):
    """Somebody sends alice's request once more, as a new transaction: its nonce count has been used."""
    server = stage.server("--algorithm", "MD5")
    accepted(stage, server)
    again = stage.wire.requests()[-1].data
    for pattern, text in ((rb";branch=[^;\r]+", b";branch=z9hG4bK-replayed"), (rb"CSeq: \d+", b"CSeq: 77"),
                          (rb"Contact:[^\r]+", b"Contact: <sip:mallory@192.0.2.66>")):
        again = re.sub(pattern, text, again)
    host, _, port = server.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mallory:
        mallory.settimeout(5)
        mallory.sendto(again, (host, int(port)))
        answer = mallory.recv(4000).decode().split("\r\n")[0]
    equal("status code for the replayed request", answer.split(" ")[1], "401")


@case
def one_time_nonces(stage):
    server = stage.server("--algorithm", "MD5", "--one-time")
    answer = accepted(stage, server)[0]
    info = parameters(answer.get("Authentication-Info"))
    check(info.get("nextnonce") not in (None, stage.wire.credentials("nonce")[-1]), "no other nonce for the next request")


@case
def many(stage):
    """500 users register, 200 a second: each is challenged once and then accepted."""
    path = os.path.join(stage.directory, "users.txt")
    calls = [{"user": f"user{number}", "password": f"secret{number}"} for number in range(500)]
    with open(path, "w", encoding="ascii") as users:
        users.writelines(f"{call['user']}:{call['password']}\n" for call in calls)
    os.chmod(path, 0o600)
    server = stage.server("--algorithm", "MD5", "--users", path)
    equal("exit status of sipp", sipp.client(stage, server, *calls, options=("-r", "200")).exit(), 0)
    equal("requests", len(stage.wire.requests()), 1000)
