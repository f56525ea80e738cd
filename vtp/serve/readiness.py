"""Does web say that it is ready? Asked over HTTP, as anybody may."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebProbe:
    host: str
    port: int
    tls: bool
    timeout: float = 2.0

    def __call__(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        # We ask our own child on our own machine; its certificate is for the others.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(
            self.host, self.port, timeout=self.timeout, context=context
        )
