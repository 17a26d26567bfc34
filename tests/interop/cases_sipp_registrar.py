"""examples/register against SIPp as the registrar, which recomputes each digest and ends with 0 when all were right."""
import sipp
from harness import case, check, equal

UNKNOWN = """WWW-Authenticate: Bearer realm="interop.test"
WWW-Authenticate: Digest realm="interop.test",nonce="x",algorithm=SHA3-256
"""


def accepted(stage, **texts):
    """register registers and leaves, and SIPp finds every answer right. Returns the last request."""
    registrar = sipp.registrar(stage, **texts)
    stage.register_once()
    equal("exit status of sipp", registrar.exit(), 0)
    return stage.wire.requests()[-1]


@case
def md5(stage):
    equal("nonce count", accepted(stage).credentials["nc"], "00000002")


@case
def opaque(stage):
    answer = accepted(stage, challenge=sipp.CHALLENGE + ',opaque="5ccc069c403ebaf9f0171e9517f40e41"')
    equal("opaque", answer.credentials["opaque"], "5ccc069c403ebaf9f0171e9517f40e41")


@case
def no_qop(stage):
    answer = accepted(stage, challenge=sipp.CHALLENGE.replace('qop="auth",', ""))
    equal("parameters that need qop", {"qop", "nc", "cnonce"} & set(answer.credentials), set())


@case
def auth_int(stage):
    answer = accepted(stage, challenge=sipp.CHALLENGE.replace('"auth"', '"auth-int"'))
    equal("qop", answer.credentials["qop"], "auth-int")


@case
def auth_int_or_auth(stage):
    """Both are offered: the hash and the header field say the same, and that is auth by default."""
    answer = accepted(stage, challenge=sipp.CHALLENGE.replace('"auth"', '"auth-int,auth"'))
    equal("qop", answer.credentials["qop"], "auth")


@case
def unknown_schemes(stage):
    """What register does not know is skipped, wherever it stands."""
    accepted(stage, challenge=UNKNOWN + sipp.CHALLENGE + '\nWWW-Authenticate: Basic realm="interop.test"')


@case
def nothing_to_answer(stage):
    """A challenge that can't be answered is not answered."""
    sipp.registrar(stage, challenge=UNKNOWN.strip())
    client = stage.client("--duration", "1")
    equal("status", client.event("waiting")["status"], "SIRA_E_CHALLENGE")
    client.fails()
    equal("requests", len(stage.wire.requests()), 1)


@case
def wrong_password(stage):
    """SIPp notices: were it not so, the other tests would prove nothing."""
    registrar = sipp.registrar(stage)
    client = stage.client("--duration", "1", password="wrong")
    equal("response code", client.event("waiting")["code"], 403)
    client.fails()
    check(registrar.exit() != 0, "sipp took a wrong password for right")


@case
def fresh_nonces(stage):
    """A wrong password and a new nonce each time: one answer per attempt, or the account will be locked."""
    registrar = sipp.registrar(stage, "suspicious")
    client = stage.client("--duration", "2", password="wrong")
    equal("status", client.event("waiting")["status"], "SIRA_E_CREDENTIALS")
    equal("exit status of sipp", registrar.exit(), 0)
    client.fails()
    equal("requests", len(stage.wire.requests()), 2)


@case
def false_rspauth(stage):
    """A server that can't prove that it knows the password is not believed (RFC 7616 3.5)."""
    proof = "0" * 32
    sipp.registrar(stage, extra=f'Authentication-Info: qop=auth,rspauth="{proof}",cnonce="c",nc=00000001')
    client = stage.client("--duration", "1")
    equal("status", client.event("waiting")["status"], "SIRA_E_RSPAUTH")
    client.fails()
    check("registered" not in client.kinds(), "a false registrar was believed")


@case
def interval_too_brief(stage):
    """423 twice: one raise; the second refusal is a failure, not a loop."""
    registrar = sipp.registrar(stage, "brief", minimum="1800")
    client = stage.client("--expires", "600", "--duration", "2")
    equal("response code", client.event("waiting")["code"], 423)
    equal("exit status of sipp", registrar.exit(), 0)
    client.fails()
    equal("lifetimes asked for", stage.wire.asked("Expires"), ["600", "600", "1800"])


@case
def interval_never_enough(stage):
    """A Min-Expires of 136 years is not believed."""
    sipp.registrar(stage, "brief", minimum="4294967295")
    client = stage.client("--expires", "600", "--duration", "2")
    equal("response code", client.event("waiting")["code"], 423)
    client.fails()
    check(all(int(lifetime) <= 86400 for lifetime in stage.wire.asked("Expires")), "more than a day was asked for")
