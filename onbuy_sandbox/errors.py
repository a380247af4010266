"""Errors as the API words them."""

CODES = {
    400: 'invalidRequest',
    401: 'badToken',
    403: 'forbidden',
    404: 'notFound',
    429: 'tooManyRequests',
    500: 'internalError',
}
DEFECT = "An error occurred. Please try again."  # what the API says of faults of its own (23)


class ApiError(Exception):
    """A whole request refused, answered with the error envelope ("OnBuy API reference", 4)."""

    def __init__(self, status, message, code=None, headers=None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or CODES.get(status, 'error')
        self.headers = headers or {}

    def envelope(self):
        """Return the JSON body of the answer."""
        return {'error': {'message': self.message, 'errorCode': self.code, 'responseCode': self.status}}


class ItemError(Exception):
    """One item of a batch refused.

    The others go on. `code` and `extra` go where an endpoint has a place for them.
    """

    def __init__(self, message, code=None, **extra):
        super().__init__(message)
        self.message = message
        self.code = code
        self.extra = extra
