"""Digest alone, judged by curl and by Python's hashlib, which know nothing of SIP and of us."""
import hashlib
import http.client
import itertools
import os
import re
import subprocess

from harness import case, check, equal, tool

REALM = 'http "realm"'
HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
ALGORITHMS = [name + sess for name in HASHES for sess in ("", "-sess")]


def digest(algorithm, *parts):
    return hashlib.new(HASHES[algorithm.removesuffix("-sess")], b":".join(
        part if isinstance(part, bytes) else part.encode() for part in parts)).hexdigest()


def response(p, password, method, body=b""):
    """RFC 7616 3.4.1 by the book; p: the parameters of the credentials."""
    algorithm = p.get("algorithm", "MD5")
    ha1 = digest(algorithm, "alice", p["realm"], password)
    if algorithm.endswith("-sess"):
        ha1 = digest(algorithm, ha1, p["nonce"], p["cnonce"])
    a2 = [method, p["uri"]] + ([digest(algorithm, body)] if p.get("qop") == "auth-int" else [])
    ha2 = digest(algorithm, *a2)
    if "qop" in p:
        return digest(algorithm, ha1, p["nonce"], p["nc"], p["cnonce"], p["qop"], ha2)
    return digest(algorithm, ha1, p["nonce"], ha2)


def parameters(text):
    """name=value pairs, quotes and escapes off."""
    found = re.findall(r'([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', text)
    return {name: re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}


def http_server(stage, algorithms, qop="auth", *options):
    argv = [os.path.join(stage.tools, "http_digest"), algorithms, qop, *options]
    return stage.start("http_digest", argv).line(r"listening on (\S+)").group(1)


def curl(address, password, *options):
    argv = [tool("curl"), "--silent", "--noproxy", "*", "--digest", "--user", f"alice:{password}", "--write-out", " %{http_code}",
            *options, f"http://{address}/dir/index.html?a=b&c"]
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, timeout=20).stdout


def by_curl(stage, algorithm, *options):
    address = http_server(stage, algorithm, "auth", *options)
    equal(f"curl with {algorithm}", curl(address, "secret"), "alice 200")
    equal(f"curl with {algorithm} and a wrong password", curl(address, "wrong"), " 401")


@case
def curl_md5(stage):
    by_curl(stage, "MD5")


@case
def curl_md5_sess(stage):
    by_curl(stage, "MD5-sess")


@case
def curl_sha256(stage):
    by_curl(stage, "SHA-256")


@case
def curl_sha256_sess(stage):
    by_curl(stage, "SHA-256-sess")


@case
def curl_userhash(stage):
    address = http_server(stage, "SHA-256", "auth", "userhash")
    shown = subprocess.run([tool("curl"), "--silent", "--verbose", "--noproxy", "*", "--digest", "--user", "alice:secret",
                            f"http://{address}/x"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    equal("curl with userhash", shown.stdout, "alice")
    check("userhash=true" in shown.stderr and 'username="alice"' not in shown.stderr, "curl did not hash the name")


@case
def curl_several_challenges(stage):
    by_curl(stage, "SHA-256,MD5")


class Client:
    """A client of one connection, its digests by hashlib."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=10)

    def ask(self, method, uri, body=b"", credentials=None):
        headers = {}
        if credentials:
            plain = ("nc", "qop", "algorithm")
            headers["Authorization"] = "Digest " + ", ".join(
                f"{name}={value}" if name in plain else '%s="%s"' % (name, re.sub(r'(["\\])', r"\\\1", value))
                for name, value in credentials.items())
        self.connection.request(method, uri, body, headers)
        answer = self.connection.getresponse()
        answer.text = answer.read()
        return answer


def credentials_for(challenge, count):
    p = {name: challenge[name] for name in ("realm", "nonce", "opaque", "algorithm")}
    p.update(username="alice", uri="/a?b")
    if "qop" in challenge or p["algorithm"].endswith("-sess"):
        p.update(cnonce="0a4f113b")
    if "qop" in challenge:
        p.update(qop=challenge["qop"], nc=f"{count:08x}")
    return p


@case
def hashlib_client(stage):
    """All algorithms and qops at our server, its rspauth too."""
    for algorithm, qop in itertools.product(ALGORITHMS, ("auth", "auth-int", "none")):
        if qop == "none" and algorithm.endswith("-sess"):
            continue  # a session needs a cnonce, which goes with qop only
        client = Client(http_server(stage, algorithm, qop))
        challenge = parameters(client.ask("POST", "/a?b", b"body").getheader("WWW-Authenticate"))
        equal("realm", challenge["realm"], REALM)
        p = credentials_for(challenge, 1)
        p["response"] = response(p, "secret", "POST", b"body")
        answer = client.ask("POST", "/a?b", b"body", p)
        equal(f"{algorithm} {qop}", (answer.status, answer.text), (200, b"alice"))
        if qop != "none":
            info = parameters(answer.getheader("Authentication-Info"))
            equal(f"rspauth of {algorithm} {qop}", info["rspauth"], response(p, "secret", "", b"alice"))
        p = credentials_for(challenge, 2)
        p["response"] = response(p, "wrong", "POST", b"body")
        equal(f"{algorithm} {qop}, wrong password", client.ask("POST", "/a?b", b"body", p).status, 401)
        if qop == "auth-int":
            p["response"] = response(p, "secret", "POST", b"body")
            equal(f"{algorithm} {qop}, another body", client.ask("POST", "/a?b", b"other", p).status, 401)
        client.connection.close()


@case
def hashlib_server(stage):
    """What examples/digest answers to challenges of all algorithms and qops."""
    for algorithm, qop in itertools.product(ALGORITHMS, ("auth", "auth-int", "auth,auth-int", None)):
        if qop is None and algorithm.endswith("-sess"):
            continue
        offer = f', qop="{qop}"' if qop else ""
        text = ("SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"http \\\"realm\\\"\", nonce=\"n/1+2==\", "
                f"algorithm={algorithm}{offer}\r\n\r\n")
        run = subprocess.run([stage.program("digest"), "alice", "secret", "REGISTER", "sip:interop.test"], input=text.encode(),
                             capture_output=True, timeout=20)
        p = parameters(run.stdout.decode())
        equal(f"algorithm ({run.stderr.decode()})", p.get("algorithm"), algorithm)
        equal("qop", p.get("qop"), {"auth,auth-int": "auth"}.get(qop, qop))
        equal("realm", p["realm"], REALM)
        equal(f"{algorithm} {qop}", p["response"], response(p, "secret", "REGISTER"))
