"""What stands between a tool and the core, has a gate's TLS key, and lies."""
import ssl
import socket
import threading

from daemon import Answer, read_request, send


def way(daemon, port):
    return ("-a", f"https://127.0.0.1:{port}", "--pin", daemon.pin, "--core", daemon.identity)


class Liar:
    """One request a connection; `lie` (method, target, body) -> (method, target, body[, head]) or an answer as bytes;
    `twist` (target, body of an answer) -> body. Without a head of its own the request's API token is passed on."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.lie = lambda *asked: asked
        self.twist = lambda target, body: body
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(daemon.cert, daemon.cert.replace("cert.pem", "key.pem"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.through = way(daemon, self.listener.getsockname()[1])
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            raw, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        try:
            with self.context.wrap_socket(raw, server_side=True) as client:
                self.exchange(client)
        except (OSError, ValueError):
            pass

    def exchange(self, client):
        asked = read_request(client)
        if not asked:
            return
        lines, body = asked
        method, target, _ = lines[0].split()
        made = self.lie(method, target, body)
        if isinstance(made, bytes):
            status, answer = 200, made
        else:
            with self.daemon.connect() as server:
                token = "".join(f"{line}\r\n" for line in lines if line.lower().startswith("x-vault-token:"))
                send(server, *made, *([token] if len(made) == 3 else []))
                told = Answer(server, made[0])
                status, answer = told.status, self.twist(target, told.body)
        client.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode() + answer)
