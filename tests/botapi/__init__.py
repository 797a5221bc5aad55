"""A local Telegram Bot API server over HTTP, as strict as the real one, with people to talk to the bot and faults."""

from .errors import ApiError
from .faults import Fault, Faults
from .people import Person
from .server import BotApi
from .view import Button, Line
from .world import Call

__all__ = ["ApiError", "BotApi", "Button", "Call", "Fault", "Faults", "Line", "Person"]
