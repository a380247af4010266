"""Each item's own answer in a batch; top-level success is never trusted (OnBuy API reference, 4)."""
from dataclasses import dataclass, field, replace

from . import const, values, wire

OF_ERRORS = ('error', 'errors', 'errorcode', 'errorCode', 'code')
REFUSALS = ('error', 'failed', 'failure')  # a status of an item


@dataclass(frozen=True)
class ItemResult:
    """What OnBuy said about one item of a batch.

    :param bool ok: it was done
    :param code: OnBuy's `errorcode`; ``'missing'`` when the answer does not decide (ask before sending again)
    :param str message: OnBuy's words, or ours for a missing item
    :param dict data: the item as received, without secrets
    """

    ok: bool
    code: str | None = None
    message: str = ''
    data: dict = field(default_factory=dict, repr=False)


def read_items(answer, asked, key, *, silence_is_success=False):
    """Return what the answer says about every asked item.

    Items are matched by id; by position only where they have no id, their number agrees and no other item
    contradicts it.

    :param answer: parsed JSON of a batch call
    :param list asked: ids in the order sent
    :param str key: the field that holds the id, such as `order_id`
    :param bool silence_is_success: an item without an error was done (16.4), unless the whole answer is a refusal, and ids
        may come in another case
    :return: ``{id: ItemResult}`` with every asked id
    :raise values.ParseError: no container of items in the answer
    """
    items = _items(answer, key)
    if silence_is_success:
        items = [_respelled(item, asked, key) for item in items]
    if silence_is_success and not wire.is_refusal(answer):
        items = [_with_success(item) for item in items]
    by_position = asked if _in_step(items, asked, key) else [None] * len(items)
    found = {}
    for item, position_id in zip(items, by_position, strict=True):
        item_id = _item_id(item, key) or position_id
        found.setdefault(item_id, []).append(_result(item, item_id))
    said = '' if items and not wire.is_refusal(answer) else wire.said(answer)
    return {item_id: _with_words(_one(found.get(item_id, []), item_id), said) for item_id in asked}


def _items(answer, key):
    """Return the items as objects that carry their id where the answer names it (container: reference, 4)."""
    named = values.as_object(answer)
    container = named.get('results') or named.get('result')
    if isinstance(container, dict) and isinstance(container.get('success', {}), dict):  # A SKU may be any word.
        return [{key: item_id, **item} for item_id, item in container.items() if isinstance(item, dict)]
    items = container if isinstance(container, list) else values.rows(answer)
    return [values.as_object(item) for item in items]


def _item_id(item, key):
    """Return the id an item names, else None."""
    return values.maybe(values.to_key, item.get(key), key)


def _respelled(item, asked, key):
    """Return an item with its id as it was asked for, where they differ in case only."""
    item_id = _item_id(item, key)
    if item_id is None or item_id in asked:
        return item
    alike = [one for one in asked if one.casefold() == item_id.casefold()]
    return {**item, key: alike[0]} if len(alike) == 1 else item


def _with_success(item):
    """Return an item that says by itself whether it was done: it was, if it names no error, whatever else it holds (27)."""
    if not item:
        return item
    is_refused = any(item.get(name) for name in OF_ERRORS) or str(item.get('status')).lower() in REFUSALS
    return {'success': not is_refused, **item}


def _in_step(items, asked, key):
    """Tell whether items and asked ids can be matched by position."""
    return len(items) == len(asked) and all(
        _item_id(item, key) in (None, wanted) for item, wanted in zip(items, asked, strict=True))


def _result(item, item_id):
    """Return the ItemResult of one item; without a clear word of success or failure it counts as missing."""
    code = values.first(item, 'errorcode', 'errorCode', 'code')
    message = _message(item)
    success = values.maybe(values.to_bool, item.get('success'))
    if success is None and item.get('status') == 'ok' and not message:  # The word of by-SKU delete (16.5).
        success = True
    if success is None and (code is not None or message):
        success = False
    if success is None:
        return _missing(item_id, values.redact(item))
    failed = not success or bool(item.get('error'))
    code = str(code) if failed and code is not None else None
    if failed and not (code or message):
        message = "OnBuy refused it without a reason."
    return ItemResult(not failed, code, values.redact_text(message), values.redact(item))


def _message(item):
    """Return OnBuy's words on an item: `message`, or `error` as text or object, `messages` by field (14.1), `errors`."""
    message = values.first(item, 'message', 'error')
    if isinstance(message, dict):
        message = message.get('message')
    said = [str(message)] if message else []
    for more in (item.get('messages'), item.get('errors')):
        for name, texts in more.items() if isinstance(more, dict) else [('', more)]:
            said += [f'{name}: {text}' if name else str(text)
                     for text in (texts if isinstance(texts, list) else [texts]) if text]
    return '; '.join(said)


def _one(results, item_id):
    """Return the only result of an item; none, or several that disagree, count as missing."""
    if len({result.ok for result in results}) != 1:
        return _missing(item_id)
    return results[0]


def _with_words(result, said):
    """Return a result; one on which the answer does not decide with OnBuy's words on the whole."""
    return replace(result, message=result.message + said) if result.code == const.MISSING else result


def _missing(item_id, data=None):
    """Return the result of an item on which the answer does not decide."""
    return ItemResult(False, const.MISSING, f"OnBuy's answer does not mention what happened to {item_id}.",
                      data or {})
