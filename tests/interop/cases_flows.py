"""Flows over UDP, TCP and TLS that really break: examples/register, examples/server and Kamailio, and what the kernel does to them."""
import os
import re
import signal
import socket
import ssl
import subprocess
import time

from harness import case, check, equal, poll, tool
from kamailio import Kamailio

SOON = ("--min-interval", "1", "--keepalive-interval", "1")


def certificate(stage, name, subject="server"):
    """A self-signed one; returns the path of the certificate, with the key beside it as .key."""
    path = os.path.join(stage.directory, subject)
    subprocess.run([tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                    "-days", "2", "-subj", f"/CN={subject}", "-addext", f"subjectAltName={name}",
                    "-keyout", path + ".key", "-out", path + ".crt"], check=True, capture_output=True)
    return path + ".crt"


def expired(stage, name):
    """The same, of yesterday's yesterday; only openssl ca takes dates."""
    folder = stage.directory
    os.makedirs(os.path.join(folder, "ca"))
    with open(os.path.join(folder, "ca.cnf"), "w", encoding="ascii") as configuration:
        configuration.write(f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/ca/index\nserial={folder}/ca/serial\n"
                            f"new_certs_dir={folder}/ca\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\n"
                            "[any]\ncommonName=supplied\n")
    open(os.path.join(folder, "ca", "index"), "w", encoding="ascii").close()
    path = os.path.join(folder, "server")
    subprocess.run([tool("openssl"), "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                    "-subj", "/CN=server", "-addext", f"subjectAltName={name}", "-keyout", path + ".key",
                    "-out", path + ".csr"], check=True, capture_output=True)
    subprocess.run([tool("openssl"), "ca", "-batch", "-selfsign", "-create_serial", "-notext",
                    "-config", os.path.join(folder, "ca.cnf"), "-keyfile", path + ".key", "-in", path + ".csr",
                    "-out", path + ".crt", "-startdate", "20200101000000Z", "-enddate", "20200103000000Z"],
                   check=True, capture_output=True)
    return path + ".crt"


def serve(stage, *options, listen="127.0.0.1:0"):
    """Starts examples/server; (program, address)."""
    address = stage.server(*options, listen=listen)
    program = stage.started[-1]
    program.line(r"listening on \S+ over TCP")
    return program, address


def serve_tls(stage, *options, name="IP:127.0.0.1", make=certificate):
    trusted = make(stage, name)
    program, _ = serve(stage, "--tls-cert", trusted, "--tls-key", trusted.replace(".crt", ".key"),
                       "--tls-listen", "127.0.0.1:0", *options)
    return program, program.line(r"listening on (\S+) over TLS").group(1), trusted


def kept(client, kind, seconds=10):
    """Waits for an event of the keep-alive's."""
    def find():
        return next((event for event in client.events if event.get("keepalive") == kind), None)
    return client.await_output(f"keep-alive {kind!r}", find, seconds)


# ---- the ways ----

@case
def tcp(stage):
    program, address = serve(stage)
    client = stage.client("--duration", "4", *SOON, "--transport", "tcp", registrar=address)
    kept(client, "answered")
    equal("exit status", client.exit(), 0)
    program.terminate()
    equal("exit status of server", program.exit(), 0)
    program.line(r"2 accepted, 1 challenged, 0 refused, .*; 0 bindings$")


@case
def tcp_ipv6(stage):
    _, address = serve(stage, listen="[::1]:0")
    stage.register_once("--transport", "tcp", registrar=address)


@case
def tls(stage):
    _, address, trusted = serve_tls(stage)
    client = stage.client("--duration", "4", *SOON, "--transport", "tls", "--tls-ca", trusted, registrar=address)
    kept(client, "answered")
    equal("exit status", client.exit(), 0)


@case
def udp_stun(stage):
    _, address = serve(stage)
    client = stage.client("--duration", "4", *SOON, registrar=address)
    mapped = kept(client, "mapped")["mapped"]
    source = stage.wire.requests()[0].source
    equal("what the server sees of us", mapped, source)
    equal("exit status", client.exit(), 0)


@case
def kamailio_tcp_pongs(stage):
    certificate(stage, "IP:127.0.0.1")
    Kamailio(stage, "WITH_TCP")
    client = stage.client("--duration", "4", *SOON, "--transport", "tcp")
    kept(client, "answered")
    equal("exit status", client.exit(), 0)


# ---- a server that goes ----

def moves(stage, client, program, address, *options):
    """The server is killed and comes back: what the events say, and that the line is registered again."""
    client.event("registered")
    program.process.kill()
    waiting = client.event("waiting")
    equal("status", waiting["status"], "SIRA_E_TRANSPORT")
    check(waiting["bound"], "the binding lives on as far as anybody knows")
    stage.server(*options, listen=address)
    client.event("registered", 2, seconds=30)
    client.terminate()
    equal("exit status", client.exit(), 0)
    return waiting


@case
def killed_tcp(stage):
    program, address = serve(stage)
    client = stage.client("--min-interval", "4", "--transport", "tcp", registrar=address)
    equal("reason", moves(stage, client, program, address)["reason"], "closed by the peer")


@case
def paused_tcp(stage):
    """SIGSTOP: the kernel takes the ping, and nobody answers it."""
    program, address = serve(stage)
    client = stage.client(*SOON, "--transport", "tcp", registrar=address)
    kept(client, "answered")
    program.process.send_signal(signal.SIGSTOP)
    try:
        kept(client, "lost", 20)
        waiting = client.event("waiting")
        equal("status", waiting["status"], "SIRA_E_KEEPALIVE")
    finally:
        program.process.send_signal(signal.SIGCONT)
    client.event("registered", 2, seconds=20)
    client.terminate()
    equal("exit status", client.exit(), 0)


@case
def paused_udp(stage):
    """The same over UDP, where STUN has to be answered within 79 times T1."""
    program, address = serve(stage)
    client = stage.client(*SOON, "--t1", "50", registrar=address)
    kept(client, "answered")
    program.process.send_signal(signal.SIGSTOP)
    try:
        kept(client, "lost", 20)
        equal("status", client.event("waiting")["status"], "SIRA_E_KEEPALIVE")
    finally:
        program.process.send_signal(signal.SIGCONT)
    client.event("registered", 2, seconds=40)
    client.terminate()
    equal("exit status", client.exit(), 0)


def filtered(stage, verdict, *options):
    """What comes to the server's TCP port has this fate from now on; the client that found out."""
    _, address = serve(stage)
    port = address.rpartition(":")[2]
    client = stage.client(*options, "--transport", "tcp", registrar=address)
    kept(client, "answered")
    subprocess.run([tool("nft"), "add table inet loss; add chain inet loss input { type filter hook input priority 0; }; "
                    f"add rule inet loss input tcp dport {port} {verdict}"], check=True)
    return client


@case
def firewalled_drop(stage):
    client = filtered(stage, "drop", *SOON)
    kept(client, "lost", 20)
    equal("status", client.event("waiting")["status"], "SIRA_E_KEEPALIVE")
    equal("reason of the next attempt", client.event("waiting", 2, seconds=30)["reason"], "no connection in time")
    subprocess.run([tool("nft"), "flush ruleset"], check=True)


@case
def firewalled_reset(stage):
    client = filtered(stage, "reject with tcp reset", *SOON)
    waiting = client.event("waiting")
    equal("status", waiting["status"], "SIRA_E_TRANSPORT")
    check("connection reset" in waiting["reason"], f"the reason is {waiting['reason']}")
    subprocess.run([tool("nft"), "flush ruleset"], check=True)


@case
def nat_changes_its_mapping(stage):
    """The server sees another port from one keep-alive to the next: the line registers from there at once."""
    _, address = serve(stage)
    port = address.rpartition(":")[2]
    for name in ("nf_conntrack_udp_timeout", "nf_conntrack_udp_timeout_stream"):
        path = f"/proc/sys/net/netfilter/{name}"
        try:
            with open(path, "w", encoding="ascii") as setting:
                setting.write("1\n")
        except OSError:
            pass

    def map_to(mapped):
        subprocess.run([tool("nft"), "flush ruleset; add table ip nat; "
                        "add chain ip nat post { type nat hook postrouting priority 100; }; "
                        f"add rule ip nat post udp dport {port} snat to 127.0.0.1:{mapped}"], check=True)
    map_to(41000)
    client = stage.client("--min-interval", "1", "--keepalive-interval", "4", registrar=address)
    equal("mapping", kept(client, "mapped")["mapped"], "127.0.0.1:41000")
    map_to(42000)
    equal("mapping", kept(client, "remapped", 20)["mapped"], "127.0.0.1:42000")
    equal("status", client.event("waiting")["status"], "SIRA_E_REMAPPED")
    client.event("registered", 2)
    client.terminate()
    equal("exit status", client.exit(), 0)


@case
def our_address_changes(stage):
    """Nobody tells register: it notices, and registers from the new address at once. What changes elsewhere it leaves alone."""
    stage.address("192.0.2.100", "192.0.2.1")
    server = stage.server(listen="192.0.2.100:0")
    client = stage.client("--min-interval", "1", registrar=server)
    client.event("registered")
    subprocess.run([tool("ip"), "address", "add", "198.51.100.9/32", "dev", "lo"], check=True)
    time.sleep(1)
    equal("events", client.kinds(), ["registering", "registered"])
    stage.address("192.0.2.100", "192.0.2.1", "192.0.2.2")
    client.event("registered", 2, seconds=5)
    equal("events", client.kinds(), ["registering", "registered", "waiting", "refreshing", "registered"])
    check("@192.0.2.2:" in stage.wire.requests()[-1].get("Contact"), "the Contact is not the new address")
    client.terminate()
    equal("exit status", client.exit(), 0)


# ---- peers that are not as they should be ----

def connect(address, secure=False):
    host, _, port = address.rpartition(":")
    peer = socket.create_connection((host.strip("[]"), int(port)), 5)
    if not secure:
        return peer
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(peer)


def is_closed(peer):
    """Reads until the other side has closed; seconds it took."""
    began = time.monotonic()
    peer.settimeout(10)
    try:
        while peer.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - began


@case
def bad_peers(stage):
    """Each is closed within its bound, with a reason, and a line registers beside them all."""
    program, address = serve(stage, "--message-timeout", "1", "--idle-timeout", "2")
    garbage = connect(address)
    garbage.sendall(b"\x16\x03\x01 this is no SIP\r\n")
    is_closed(garbage)
    program.line(r"^server: TCP from \S+: what came is no SIP")
    check(0.5 < is_closed(connect(address)) < 3, "a connection without a message was not closed after a second")
    program.line(r"no message in time")
    slow = connect(address)
    slow.sendall(b"REGISTER sip:interop.test SIP/2.0\r\n")
    check(0.5 < is_closed(slow) < 3, "a message that does not end was not given up after a second")
    dripping = connect(address)
    began = time.monotonic()
    try:
        for byte in b"OPTIONS sip:interop.test SIP/2.0\r\n" * 100:
            dripping.sendall(bytes([byte]))
            time.sleep(0.1)
            check(time.monotonic() - began < 5, "a byte at a time keeps a connection")
    except (BrokenPipeError, ConnectionResetError):
        pass
    poll("three were closed", lambda: len([line for line in program.lines if "no message in time" in line]) == 3)
    endless = connect(address)
    try:
        for _ in range(1000):
            endless.sendall(b"X: " + b"a" * 1000 + b"\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass
    is_closed(endless)
    giant = connect(address)
    giant.sendall(b"REGISTER sip:interop.test SIP/2.0\r\nVia: SIP/2.0/TCP a\r\nContent-Length: 99999999\r\n\r\n")
    check(is_closed(giant) < 3, "a giant message was waited for")
    ping = connect(address)
    ping.settimeout(5)
    ping.sendall(b"\r\n\r\n")
    equal("pong", ping.recv(10), b"\r\n")
    check(1 < is_closed(ping) < 4, "an idle connection was not closed")
    program.line(r"nothing has come for too long")
    stage.register_once("--transport", "tcp", registrar=address)


@case
def too_many_connections(stage):
    program, address = serve(stage, "--max-connections", "6", "--max-per-address", "4")
    peers = [connect(address) for _ in range(4)]
    check(is_closed(connect(address)) < 3, "a fifth connection was kept")
    program.line(r"refused: too many connections from there")
    client = stage.client("--once", "--transport", "tcp", registrar=address)
    client.fails()
    for peer in peers:
        peer.close()
    stage.register_once("--transport", "tcp", registrar=address)


def refused_tls(stage, trusted, address, reason, *options):
    """The client sends nothing, and its event says why."""
    client = stage.client("--once", "--transport", "tls", "--tls-ca", trusted, *options, registrar=address)
    waiting = client.event("waiting")
    equal("status", waiting["status"], "SIRA_E_TRANSPORT")
    check(re.search(reason, waiting["reason"]), f"the reason is {waiting['reason']!r}, not {reason!r}")
    client.fails()


@case
def tls_wrong_name(stage):
    program, address, trusted = serve_tls(stage, name="DNS:other.test,URI:sip:provider.test")
    refused_tls(stage, trusted, address, r"^TLS: the certificate is for sip:provider\.test, not for 127\.0\.0\.1$")
    program.terminate()
    equal("exit status of server", program.exit(), 0)
    program.line(r"^0 requests")


@case
def tls_expired(stage):
    _, address, trusted = serve_tls(stage, make=expired)
    refused_tls(stage, trusted, address, "has expired")


@case
def tls_self_signed(stage):
    _, address, _ = serve_tls(stage)
    refused_tls(stage, certificate(stage, "IP:127.0.0.1", subject="another"), address, "self-signed certificate")


@case
def tls_none(stage):
    """A server that speaks no TLS where it should."""
    _, address = serve(stage)
    refused_tls(stage, certificate(stage, "IP:127.0.0.1"), address, "TLS")


@case
def tls_client_certificates(stage):
    """Who shows none, or one of somebody else's, is not let in; the right one is."""
    ours = certificate(stage, "URI:sip:alice@interop.test", subject="alice")
    others = certificate(stage, "URI:sip:alice@interop.test", subject="mallory")
    program, address, trusted = serve_tls(stage, "--tls-clients", ours)
    way = ("--once", "--transport", "tls", "--tls-ca", trusted)
    client = stage.client(*way, registrar=address)
    client.event("waiting")
    client.fails()
    program.line(r"^server: TLS from \S+: TLS: .*certificate")
    client = stage.client(*way, "--tls-cert", others, "--tls-key", others.replace(".crt", ".key"), registrar=address)
    client.event("waiting")
    client.fails()
    stage.register_once(*way[1:], "--tls-cert", ours, "--tls-key", ours.replace(".crt", ".key"), registrar=address)


@case
def tls_bad_peers(stage):
    program, address, _ = serve_tls(stage, "--message-timeout", "1")
    garbage = connect(address)
    garbage.sendall(b"REGISTER sip:interop.test SIP/2.0\r\n\r\n")
    check(is_closed(garbage) < 3, "what is no TLS was not closed")
    program.line(r"^server: TLS from \S+: TLS: ")
    secure = connect(address, secure=True)
    check(0.5 < is_closed(secure) < 3, "a session without a message was not closed after a second")
    program.line(r"no message in time")
