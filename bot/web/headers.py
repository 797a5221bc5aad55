"""Security headers for every answer. A page that may stand in a foreign frame says so itself by its own policy (`EMBEDDABLE`)."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
CLOSED = _POLICY + "'none'"
EMBEDDABLE = _POLICY + "*"
POLICY = "content-security-policy"
PERMISSIONS = "permissions-policy"
# The page of the conversation can record a voice message, after a press and the browser's own question.
RECORDING = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"
_ALWAYS = {
    "x-content-type-options": "nosniff",
    # "no-referrer" would make browsers send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    PERMISSIONS: "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """ASGI middleware that adds what an answer did not set itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._extra = _ALWAYS | ({"strict-transport-security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""

        async def completing(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, completing if scope["type"] == "http" else send)

    def _complete(self, headers: MutableHeaders) -> None:
        headers.setdefault(POLICY, CLOSED)
        if headers[POLICY] != EMBEDDABLE:
            headers.setdefault("x-frame-options", "DENY")
        headers.setdefault("cross-origin-resource-policy", "same-origin")
        for name, value in self._extra.items():
            headers.setdefault(name, value)
