"""examples/call: with another one directly and through Kamailio, and with SIPp's own scenarios in both roles."""
import os

from harness import case, check, equal, poll, tool
from kamailio import Kamailio
import sipp

ALICE, BOB = "sip:alice@127.0.0.1:15071", "sip:bob@127.0.0.1:15072"


def phone(stage, user, *options, password=None):
    """Starts examples/call: directly reachable at a port of the user's, or, with a password, at the proxy."""
    argv = [stage.program("call"), *options]
    if password is None:
        port = {"alice": 15071, "bob": 15072}[user]
        argv += ["--aor", f"sip:{user}@127.0.0.1:{port}", "--local", f"127.0.0.1:{port}"]
        return stage.start(f"call {user}", argv)
    argv += ["--aor", f"sip:{user}@interop.test", "--server", "sip:127.0.0.1:15060", "--register"]
    return stage.start(f"call {user}", argv, {"SIRA_PASSWORD": password})


def ends_well(*phones):
    for one in phones:
        equal(f"exit status of {one.title}", one.exit(), 0)


def methods(stage):
    """The requests on the wire, each once, in the order of their first time."""
    requests = [message for message in stage.wire.all_messages() if not message.code]
    return list(dict.fromkeys((message.start.split()[0], message.branch) for message in requests))


@case
def direct(stage):
    """A call and its end, without anybody between."""
    bob = phone(stage, "bob", "--answer", "--count", "1", "--ring", "0")
    poll("bob listens", lambda: sipp.bound(15072))
    alice = phone(stage, "alice", "--call", BOB, "--hang-up", "1")
    ends_well(alice, bob)
    bob.line("the peer has hung up")
    equal("requests", [method for method, _ in methods(stage)], ["INVITE", "ACK", "BYE"])


@case
def direct_both_ways(stage):
    """Two that call each other at once; they hang up at about the same time."""
    stage.drop("icmp type destination-unreachable")  # the first of them calls before the other listens
    alice = phone(stage, "alice", "--call", BOB, "--answer", "--count", "1", "--hang-up", "2")
    bob = phone(stage, "bob", "--call", ALICE, "--answer", "--count", "1", "--hang-up", "2")
    ends_well(alice, bob)
    for one in (alice, bob):
        one.line("picked up: 200")
        one.line("up$")


@case
def direct_ended_by_the_called(stage):
    """BYE goes to the Contact of the caller, whom nobody has told the other's address."""
    bob = phone(stage, "bob", "--answer", "--count", "1", "--ring", "0", "--hang-up", "1")
    poll("bob listens", lambda: sipp.bound(15072))
    alice = phone(stage, "alice", "--call", BOB)
    ends_well(bob, alice)
    alice.line("the peer has hung up")


@case
def direct_rejected(stage):
    bob = phone(stage, "bob", "--answer", "--count", "1", "--reject", "603")
    poll("bob listens", lambda: sipp.bound(15072))
    alice = phone(stage, "alice", "--call", BOB)
    equal("exit status of alice", alice.exit(), 1)
    alice.line("refused: 603 Decline")
    ends_well(bob)


@case
def direct_cancelled(stage):
    bob = phone(stage, "bob", "--answer", "--count", "1", "--ring", "30")
    poll("bob listens", lambda: sipp.bound(15072))
    alice = phone(stage, "alice", "--call", BOB, "--cancel", "1")
    ends_well(alice, bob)
    alice.line("cancelled")
    bob.line("cancelled by the caller")
    equal("requests", [method for method, _ in methods(stage)], ["INVITE", "CANCEL", "ACK"])


@case
def interrupted(stage):
    """Who is told to leave hangs up."""
    bob = phone(stage, "bob", "--answer", "--ring", "0")
    poll("bob listens", lambda: sipp.bound(15072))
    alice = phone(stage, "alice", "--call", BOB)
    alice.line("picked up")
    bob.line("up$")
    bob.terminate()
    ends_well(bob, alice)


@case
def nobody_there(stage):
    alice = phone(stage, "alice", "--call", "sip:bob@127.0.0.1:9", "--t1", "20")
    equal("exit status of call", alice.exit(), 1)


@case
def sdp_file(stage):
    """What the file says is offered, byte for byte."""
    path = os.path.join(stage.directory, "offer.sdp")
    text = b"v=0\r\no=x 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
    with open(path, "wb") as out:
        out.write(text)
    bob = phone(stage, "bob", "--answer", "--count", "1", "--ring", "0")
    poll("bob listens", lambda: sipp.bound(15072))
    ends_well(phone(stage, "alice", "--call", BOB, "--hang-up", "1", "--sdp", path), bob)
    offers = [data for _, _, _, data in stage.wire.datagrams if data.startswith(b"INVITE ")]
    check(offers and offers[0].endswith(b"\r\n\r\n" + text), "the offer is not what the file says")


def own_scenario(stage, *options):
    """SIPp with one of the scenarios that it brings."""
    argv = [tool("sipp"), "-nostdin", "-i", "127.0.0.1", "-m", "1", "-timeout", "20s", "-timeout_error", *options]
    return stage.start("sipp", argv, {"TERM": "dumb"})


@case
def sipp_answers(stage):
    called = own_scenario(stage, "-sn", "uas", "-p", "15060")
    poll("sipp listens", lambda: sipp.bound(15060))
    ends_well(phone(stage, "alice", "--call", "sip:service@127.0.0.1:15060", "--hang-up", "1"), called)


@case
def sipp_calls(stage):
    bob = phone(stage, "bob", "--answer", "--count", "1")
    poll("bob listens", lambda: sipp.bound(15072))
    ends_well(own_scenario(stage, "-sn", "uac", "-p", "15060", "-d", "500", "127.0.0.1:15072"), bob)


@case
def kamailio_proxy(stage):
    """Both are registered; the caller answers a 407, and all goes by the proxy that has recorded its route."""
    kamailio = Kamailio(stage, "WITH_CALLS")
    bob = phone(stage, "bob", "--answer", "--count", "1", password="hunter2")
    bob.line("registered")
    poll("bob is bound", lambda: kamailio.contacts("bob"))
    alice = phone(stage, "alice", "--call", "sip:bob@interop.test", "--hang-up", "1", password="secret")
    ends_well(alice, bob)
    equal("calls that the proxy let pass", len(kamailio.log("call of: alice")), 1)
    mine = [message for message in stage.wire.all_messages()
            if not message.code and message.source != "127.0.0.1:15060"]
    for message in mine:
        equal(f"where {message.start} goes", message.target, "127.0.0.1:15060")
    byes = [message for message in mine if message.start.startswith("BYE ")]
    check(byes and "127.0.0.1:15060" in byes[0].get("Route"), "BYE has no Route")
    equal("bindings after leaving", kamailio.contacts("alice") + kamailio.contacts("bob"), [])


@case
def kamailio_called_hangs_up(stage):
    kamailio = Kamailio(stage, "WITH_CALLS")
    bob = phone(stage, "bob", "--answer", "--count", "1", "--ring", "0", "--hang-up", "1", "--only-server",
                password="hunter2")
    poll("bob is bound", lambda: kamailio.contacts("bob"))
    ends_well(phone(stage, "alice", "--call", "sip:bob@interop.test", password="secret"), bob)


@case
def kamailio_cancelled(stage):
    kamailio = Kamailio(stage, "WITH_CALLS")
    bob = phone(stage, "bob", "--answer", "--count", "1", "--ring", "30", password="hunter2")
    poll("bob is bound", lambda: kamailio.contacts("bob"))
    alice = phone(stage, "alice", "--call", "sip:bob@interop.test", "--cancel", "1", password="secret")
    ends_well(alice, bob)
    bob.line("cancelled by the caller")


@case
def kamailio_wrong_password(stage):
    """A call without registration, and a password that the proxy refuses."""
    Kamailio(stage, "WITH_CALLS")
    argv = [stage.program("call"), "--aor", "sip:alice@interop.test", "--server", "sip:127.0.0.1:15060", "--call",
            "sip:bob@interop.test"]
    alice = stage.start("call alice", argv, {"SIRA_PASSWORD": "wrong"})
    equal("exit status of call", alice.exit(), 1)
    alice.line("refuses the user name or the password")
