"""Why the server says no to a request: a status, a code for programs and a sentence for people."""

from __future__ import annotations

from sync.wire import ErrorReply, Spoken


class Refusal(Exception):
    """A request the server will not carry out. Nothing it carried has been stored unless ``message`` says so.

    ``status`` is the HTTP status, ``retry_after`` the seconds after which a laptop may try again (0: no hint).
    """

    def __init__(
        self, status: int, code: str, message: str, retry_after: int = 0, speaks: Spoken | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.speaks = speaks

    def reply(self) -> ErrorReply:
        """Return the message that goes out."""
        oldest, newest = (self.speaks.oldest, self.speaks.newest) if self.speaks else (0, 0)
        return ErrorReply(code=self.code, message=self.message, oldest_wire=oldest, newest_wire=newest)


def bad_message() -> Refusal:
    """The bytes were no message of the expected kind."""
    return Refusal(400, "bad_message", "The council's server could not read that message. Nothing was stored.")


def other_wire_version(asked: int, speaks: Spoken) -> Refusal:
    """Laptop and server speak no wire version in common, or the request is not written in one the server reads."""
    older = "This Heard is older" if asked < speaks.oldest else "The council's server is older"
    newer = "the council's server" if asked < speaks.oldest else "this Heard"
    message = f"{older} than {newer} can work with. Nothing is lost; it is sent once that is updated."
    return Refusal(426, "wire_version", message, speaks=speaks)


def not_signed_in() -> Refusal:
    """No token, an unknown one or one whose time is over."""
    return Refusal(401, "token_expired", "Please sign in to the council's server again.")


def device_revoked() -> Refusal:
    """The council has closed this laptop; its worker is told so."""
    return Refusal(
        401,
        "device_revoked",
        "The council has closed Heard on this laptop. What you wrote here can still be handed over.",
    )


def device_forked() -> Refusal:
    """Two laptops have written under this one's name: each must join again before it is given anything."""
    return Refusal(
        403,
        "device_forked",
        "Another laptop is a copy of this one, or this one was replaced. What you wrote is still taken and kept. "
        "Ask your council for a one-time code and join again.",
    )


def too_many_guesses(seconds: int) -> Refusal:
    """The guess limit is reached."""
    return Refusal(
        429,
        "too_many_guesses",
        f"There were too many wrong tries. Please wait {max(1, seconds // 60)} minutes and try again.",
        retry_after=seconds,
    )


def not_found() -> Refusal:
    """There is no such record, or this worker may not know of it: both look the same."""
    return Refusal(404, "not_found", "There is no such record among those you may read.")
