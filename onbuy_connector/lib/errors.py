"""What can go wrong with a call to OnBuy, sorted by what the caller should do next."""


class OnBuyError(Exception):
    """A call to OnBuy failed.

    ``str(error)`` is a sentence for a seller and never holds keys or tokens.

    :param str message: the sentence
    :param status: HTTP status, or None when there was no answer
    :param code: OnBuy's `errorCode` (OnBuy API reference, 4), or None
    :param method: HTTP method of the call
    :param path: path of the call, without query
    :param details: OnBuy's own words, redacted and shortened
    """

    def __init__(self, message='', *, status=None, code=None, method=None, path=None, details=None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.method = method
        self.path = path
        self.details = details


class AuthError(OnBuyError):
    """The keys were refused, or the token was refused again after one renewal (reference, 5)."""


class ForbiddenError(OnBuyError):
    """403: the account may not use this (reference, 4)."""


class RateLimitError(OnBuyError):
    """429: nothing happened; the method is paused (reference, 6).

    :param retry_after: seconds that OnBuy asked for, or None when it named none
    """

    def __init__(self, message='', *, retry_after=None, **data):
        super().__init__(message, **data)
        self.retry_after = retry_after


class RejectedError(OnBuyError):
    """Another 4xx: OnBuy understood and says no. Nothing happened; the same request fails again."""


class NotFoundError(RejectedError):
    """404: no such record or address."""


class UnavailableError(OnBuyError):
    """Nothing was sent, or a read failed. Trying again later is harmless."""


class AnswerError(UnavailableError):
    """A read was answered with JSON that cannot be understood."""


class IncompleteError(AnswerError):
    """A list came without rows that OnBuy counts, also when asked for again: what is not in it may still be there."""


class UncertainError(OnBuyError):
    """A write was sent and its answer is lost or unreadable: ask OnBuy before sending it again."""


class DeferredError(OnBuyError):
    """The allowance or a pause says "later" (reference, 6). Nothing was sent.

    :param until: naive UTC datetime, whole seconds, from which on another attempt makes sense
    """

    def __init__(self, message='', *, until=None, **data):
        super().__init__(message, **data)
        self.until = until


class TimeUpError(DeferredError):
    """The caller gave itself no more time than that. Nothing was sent; it may go on at once, with time of its own."""
