"""AKAv1-MD5 (RFC 3310): SIPp has a USIM of its own, and Sira has to answer a challenge as it does.

Without qop there is no cnonce, so both answers have to be the same."""
import base64
import os
import socket
import subprocess

import sipp
from harness import case, equal
from wire import Message, parameters

# Test set 3 of 3GPP TS 35.208; SIPp can't take a key with a "[" in it, as that of set 1 has.
K, OP, AMF = "fec86ba6eb707ed08905757b1bb44b8f", "dbc59adcb6f9a0ef735477b7fadf8374", "725c"
RAND, RES = "9f7c8d021accf4db213ccff0c7f71a6a", "8011c48c0c214ed2"
AUTN = "ae4a3a9b4c97" + AMF + "9cabc3e99baf7281"  # SQN xor AK, AMF, MAC


def challenge(request):
    nonce = base64.b64encode(bytes.fromhex(RAND + AUTN)).decode()
    lines = ["SIP/2.0 401 Unauthorized"] + [f"{name}: {request.get(name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
    lines += [f"To: {request.get('To')};tag=s", f'WWW-Authenticate: Digest realm="interop.test", nonce="{nonce}", '
              'algorithm=AKAv1-MD5', "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()


@case
def akav1(stage):
    secrets = f"aka_K=0x{K} aka_OP=0x{OP} aka_AMF=0x{AMF}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as registrar:
        registrar.bind(("127.0.0.1", 15060))
        registrar.settimeout(10)
        sipp.client(stage, "127.0.0.1:15060", {"password": f"none {secrets}"})
        data, peer = registrar.recvfrom(4000)
        response = challenge(Message(0, "", "", data))
        registrar.sendto(response, peer)
        theirs = Message(0, "", "", registrar.recv(4000)).credentials
    run = subprocess.run([os.path.join(stage.tools, "aka_answer"), RAND, AUTN, RES], input=response, capture_output=True)
    equal(f"exit status of aka_answer ({run.stderr.decode().strip()})", run.returncode, 0)
    ours = parameters(run.stdout.decode())
    for name in ("username", "realm", "nonce", "uri", "algorithm", "response"):
        equal(name, ours.get(name), theirs.get(name))
