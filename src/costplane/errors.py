"""The one tree of errors. Each has a code, an HTTP status, a message that names the fix.

    CostplaneError
    ├── InvalidInput          400  a value that the caller can mend; `target` names the field
    │   ├── InvalidUsage      400  a usage event
    │   ├── InvalidPriceSheet 400  a price sheet or one of its rows
    │   ├── InvalidQuery      400  a QueryDefinition or a command's query options
    │   ├── InvalidScope      400  a scope id
    │   └── UnreadableFile    400  a file that is damaged, or of no known format
    ├── Unauthenticated       401  no identity, or one that is not valid
    ├── Forbidden             403  the identity lacks the role at the scope
    ├── NotFound              404  a named thing that does not exist
    ├── RequestTimeout        408  a body that comes too slowly
    ├── Conflict              409  a thing that is there already, otherwise
    ├── PreconditionFailed    412  a resource that changed since its eTag was read
    ├── TooLarge              413  a body or an answer over its limit
    ├── UnsupportedMediaType  415  a body of a media type that is not taken
    ├── FailedDependency      424  too little data for what is asked, such as a forecast
    ├── TooManyRequests       429  more calls than the server's limits allow
    ├── UnsafeStart           500  a server that would be open to the world
    ├── ReportFailed          500  a report that could not be made
    ├── DamagedData           500  stored data that fails its own check
    └── Unavailable           503  storage or capacity is missing for now; try again
        └── LeaseLost         503  another process took over what this one was doing

The HTTP layer renders any of them as Azure's envelope `{"error": {code, message, target}}`
(contract.md section 0); the command line prints the message and leaves with status 1 or 2.
"""

from __future__ import annotations

from typing import ClassVar


class CostplaneError(Exception):
    """Base of every error that Costplane raises on purpose.

    `code` is the API's error code, `status` the HTTP status, `target` the field or place
    in the input (dotted path, or `file:line`), if there is one.
    """

    code: ClassVar[str] = "InternalError"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, target: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.target = target
        self.error_code = code or self.code


class InvalidInput(CostplaneError):
    """A value that the caller can mend."""

    code = "BadRequest"
    status = 400


class InvalidUsage(InvalidInput):
    """A usage event that cannot be counted as it stands."""

    code = "InvalidUsage"


class InvalidPriceSheet(InvalidInput):
    """A price sheet, or a row of one, that cannot be taken."""

    code = "InvalidPriceSheet"


class InvalidQuery(InvalidInput):
    """A query that does not say what is wanted."""

    code = "BadRequest"


class InvalidScope(InvalidInput):
    """A scope id that follows none of the documented forms."""

    code = "InvalidScope"


class UnreadableFile(InvalidInput):
    """A file that is damaged or of no known format."""

    code = "UnreadableFile"


class Unauthenticated(CostplaneError):
    """No identity was given, or it is not valid."""

    code = "Unauthorized"
    status = 401


class Forbidden(CostplaneError):
    """The identity lacks the needed role at the scope."""

    code = "RBACAccessDenied"
    status = 403


class NotFound(CostplaneError):
    """A named thing that does not exist, or no operation at that path."""

    code = "NotFound"
    status = 404


class RequestTimeout(CostplaneError):
    """A body that comes more slowly than any line is."""

    code = "RequestTimeout"
    status = 408


class Conflict(CostplaneError):
    """What is asked for contradicts something that is there."""

    code = "Conflict"
    status = 409


class PreconditionFailed(CostplaneError):
    """A resource that is another version than its eTag tells, or is there although it must not."""

    code = "PreconditionFailed"
    status = 412


class TooLarge(CostplaneError):
    """A body over its limit."""

    code = "PayloadTooLarge"
    status = 413


class UnsupportedMediaType(CostplaneError):
    """A body of a media type, or in a compression, that is not taken."""

    code = "UnsupportedMediaType"
    status = 415


class FailedDependency(CostplaneError):
    """The data does not suffice for what is asked, such as a forecast from three days."""

    code = "FailedDependency"
    status = 424


class TooManyRequests(CostplaneError):
    """More calls than a limit of the server allows; `retry_after` are the seconds to wait."""

    code = "ResourceRequestsThrottled"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnsafeStart(CostplaneError):
    """A server that would be open to the world was refused."""

    code = "UnsafeStart"
    status = 500


class ReportFailed(CostplaneError):
    """A report could not be made; asking again makes another."""

    code = "ReportFailed"
    status = 500


class DamagedData(CostplaneError):
    """Stored data fails its own check."""

    code = "DamagedData"
    status = 500


class Unavailable(CostplaneError):
    """Storage or capacity is missing for now; the same call may succeed later."""

    code = "ServiceUnavailable"
    status = 503


class LeaseLost(Unavailable):
    """Another process took over what this one was doing: nothing more of it is written."""

    code = "LeaseLost"
