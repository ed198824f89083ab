"""An open daemon, and what a stranger claims: another address, a token where none belongs, another method, a path
written in two ways. Nothing of it is believed, and the audit file says who it was."""
import json

from daemon import Answer, Daemon, Tap, ok, same, send

SOURCE = "127.8.7.6"
CLAIMS = ("X-Forwarded-For: 192.0.2.1\r\n", "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n",
          "Forwarded: for=192.0.2.1\r\n", "X-Real-IP: 192.0.2.1\r\n", "X-Client-IP: 192.0.2.1\r\n")

REFUSED_PATHS = ("/v1/secret/../sys/seal", "/v1/secret/%2e%2e/sys/seal", "/v1/secret/..%2fsys/seal", "/v1//sys/seal",
                 "/v1/sys//seal", "/v1/sys%2f%2fseal", "/v1/./sys/seal", "/v1/sys/seal%00", "/v1/sys/seal%0a",
                 "/v1/sys/%ff", "/v1/sys/%c0%af", "/v1/sys/%e2%80%ae", "/v1/sys/%", "/v1/sys/%zz")
ELSEWHERE = ("/v1", "/V1/sys/seal", "/v2/sys/seal", "/sys/seal", "/v1/sys/seal/x", "/v1/SYS/seal", "/v1/sys/seal%20")


def open_daemon():
    daemon = Daemon("seald", gates=1, extra='plain_shares = "allow";')
    told = json.loads(daemon.ask("PUT", "/v1/sys/init", b'{"secret_shares":1,"secret_threshold":1}').body)
    daemon.ask("PUT", "/v1/sys/unseal", json.dumps({"key": told["keys"][0]}).encode())
    return daemon, told["root_token"]


def lines(daemon):
    with open(f"{daemon.dir}/audit", encoding="utf-8") as audit:
        return [json.loads(line) for line in audit]


def sealed(daemon):
    return json.loads(daemon.ask(target="/v1/sys/seal-status").body)["sealed"]


def addresses(daemon):
    for claim in CLAIMS:
        with daemon.connect(source=SOURCE) as sock:
            port = sock.getsockname()[1]
            daemon.ask(target="/v1/sys/health", head=claim, sock=sock)
        seen = {(line["request"]["remote_address"], line["request"]["remote_port"]) for line in lines(daemon)[-2:]}
        same(f"who it was, not {claim.split(':')[0]}", seen, {(SOURCE, port)})


def tokens(daemon, root):
    for name in ("token", "X-Vault-Token", "access_token", "client_token"):
        answer = daemon.ask(target=f"/v1/secret/kept?{name}={root}")
        same(f"a token in the query ({name}) is none", (answer.status, json.loads(answer.body)["errors"]),
             (400, ["missing client token"]))
    for head in (f"Cookie: vault_token={root}\r\n", f"Authorization: Basic {root}\r\n", f"Authorization: {root}\r\n",
                 f"Proxy-Authorization: Bearer {root}\r\n", f"X-Vault_Token: {root}\r\n"):
        same(f"nor is {head.split(root)[0].strip()}", daemon.ask(target="/v1/secret/kept", head=head).status, 400)
    same("as it belongs", daemon.ask(target="/v1/secret/kept", head=f"X-Vault-Token: {root}\r\n").status, 200)
    with open(f"{daemon.dir}/audit", encoding="utf-8") as audit:
        ok("the audit file has it nowhere", root not in audit.read())
    ok("nor has the log", root not in daemon.log())


def paths(daemon, head):
    for path in REFUSED_PATHS:
        answer = daemon.ask("PUT", path, head=head)
        ok(f"{path}: 400 with a reason", answer.status == 400 and len(json.loads(answer.body)["errors"]) == 1,
           f"{answer.status} {answer.body}")
    for path in ELSEWHERE:
        same(f"{path}: not there", daemon.ask("PUT", path, head=head).status, 404)
    same("still open", sealed(daemon), False)
    ok("their lines have no control character", all(
        text.isprintable() for line in lines(daemon) for text in (line["request"].get("path", ""), line.get("error", "").replace("\n", "").replace("\t", ""))))


def methods(daemon, head):
    kept = ("GET", "/v1/secret/kept")
    for extra in ("X-HTTP-Method-Override: DELETE\r\n", "X-HTTP-Method: DELETE\r\n", "X-Method-Override: DELETE\r\n"):
        same(f"{extra.split(':')[0]} is not heard", daemon.ask(*kept, head=head + extra).status, 200)
    for method, wanted in (("TRACE", 405), ("PATCH", 405), ("OPTIONS", 405), ("BREW", 405), ("CONNECT", 501), ("get", 405),
                           ("A" * 40, 501)):
        same(f"{method[:8]}: refused", daemon.ask(method, "/v1/secret/kept", head=head).status, wanted)
    with daemon.connect() as sock:
        send(sock, "HEAD", "/v1/secret/kept", head=head)
        answer = Answer(sock, "HEAD")
        send(sock, *kept, head=head)
        ok("HEAD gives no body, and the next answer is the next one's", answer.status == 405 and Answer(sock).status == 200)
    same("LIST and ?list=true are one", [json.loads(daemon.ask(method, target, head=head).body)["data"] for method, target in (
        ("LIST", "/v1/secret/"), ("LIST", "/v1/secret"), ("GET", "/v1/secret?list=true"), ("GET", "/v1/secret/?list=1"))],
         [{"keys": ["kept"]}] * 4)
    same("and LIST needs the token", daemon.ask("LIST", "/v1/secret/").status, 400)


def wishes(daemon, head):
    for extra, wanted in (("X-Vault-Namespace: ns1\r\n", 400), ("X-Vault-Namespace: root/ns1\r\n", 400),
                          ("X-Vault-Namespace: ../root\r\n", 400), ("X-Vault-Namespace: root\r\n", 200),
                          ("X-Vault-Namespace: \r\n", 200), ("X-Vault-Wrap-TTL: 60\r\n", 400), ("X-Vault-Wrap-TTL: 0\r\n", 200)):
        same(extra.strip(), daemon.ask(target="/v1/secret/kept", head=head + extra).status, wanted)


def main():
    daemon, root = open_daemon()
    head = f"X-Vault-Token: {root}\r\n"
    same("something is kept", daemon.ask("PUT", "/v1/secret/kept", b'{"v":1}', head=head).status, 204)
    addresses(daemon)
    tokens(daemon, root)
    paths(daemon, head)
    methods(daemon, head)
    wishes(daemon, head)
    same("no gate and no core has ended", daemon.ends(), 0)
    daemon.end("strangers")
    Tap.done()


main()
