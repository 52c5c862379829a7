"""An identity provider (OIDC) that runs in a test and vouches for whatever it is told."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


class Provider(ThreadingHTTPServer):
    """An OIDC provider that vouches for `claims`, whoever asks."""

    daemon_threads = True

    def __init__(self) -> None:
        from joserfc.jwk import RSAKey

        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict[str, Any] = {
            "email": "client@example.com",
            "email_verified": True,
            "name": "Client",
        }
        self.nonces: dict[str, str] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def section(self, base: str) -> dict[str, Any]:
        """The [auth] section of secrets.toml for an app at this address."""
        return {
            "redirect_uri": f"{base}/oauth2callback", "cookie_secret": "long, and random elsewhere",
            "studio": {
                "client_id": "formcheck", "client_secret": "s",
                "server_metadata_url": f"{self.url}/.well-known/openid-configuration",
            },
        }  # fmt: skip

    def token(self, code: str) -> dict[str, Any]:
        from joserfc import jwt

        now = int(time.time())
        content = {
            "iss": self.url, "aud": "formcheck", "sub": "1", "iat": now, "exp": now + 300,
            "nonce": self.nonces[code], **self.claims,
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, content, self.key)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed, "expires_in": 300}


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        url, one = urlsplit(self.path), self.server
        if url.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = str(len(one.nonces))
            one.nonces[code] = asked["nonce"]
            self.send_response(302)
            self.send_header(
                "location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        elif url.path == "/keys":
            self._json({"keys": [one.key.as_dict(private=False)]})
        else:
            self._json({
                "issuer": one.url, "authorization_endpoint": f"{one.url}/authorize",
                "token_endpoint": f"{one.url}/token", "jwks_uri": f"{one.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            })  # fmt: skip

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self._json(self.server.token(form["code"][0]))

    def _json(self, content: dict[str, Any]) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
