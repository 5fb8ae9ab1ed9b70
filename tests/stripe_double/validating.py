"""Requests checked against the parameter types that the pinned client ships, and made of the types they name.

On the wire everything is a string below bracketed names; a `TypedDict` says what each one must be. Enumerations that
the client leaves open for tomorrow's values are closed here: a value that it does not know is a mistake of ours.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import types
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, ForwardRef, Literal, NotRequired, Required, Union, get_args, get_origin
from urllib.parse import parse_qsl

import stripe.params
from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

from tests.stripe_double.faults import Fault, invalid

_OPTIONS = frozenset(RequestOptions.__annotations__)
_STEP = re.compile(r"\[([^\[\]]*)\]")
_WHOLE = re.compile(r"-?\d{1,18}")


def tree(encoded: str) -> dict[str, Any]:
    """`a[0][b]=c` as nested dictionaries of strings. Raises `Fault` for names that contradict each other."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, bracket, rest = name.partition("[")
        steps = [head, *_STEP.findall(bracket + rest)]
        place = found
        for step in steps[:-1]:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise invalid(f"Invalid parameter: {name}", name)
        place[steps[-1] or str(len(place))] = value
    return found


def checked(params: str, given: dict[str, Any]) -> dict[str, Any]:
    """What was given, typed, if it is what `stripe.params.<params>` wants. Raises `Fault`."""
    if "payment_method_types" in given and "payment_method_types" not in _fields(_type(params)):
        said = "payment_method_types is no longer supported; use allowed_payment_method_types."
        raise invalid(said, "payment_method_types", "payment_method_types_no_longer_supported")
    found = _record(_type(params), given, "")
    assert isinstance(found, dict)
    return found


@cache
def _type(name: str) -> Any:
    """The `TypedDict` of this name (`CustomerCreateParams`, `checkout.SessionCreateParams`)."""
    package, _, last = name.rpartition(".")
    module: Any = importlib.import_module("stripe.params" + (f".{package}" if package else ""))
    return getattr(module, last)


@cache
def _fields(record: Any) -> dict[str, Any]:
    return {key: hint for key, hint in record.__annotations__.items() if key not in _OPTIONS}


def _record(record: Any, given: Any, path: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise invalid(f"Invalid object: {path}", path)
    fields, found = _fields(record), {}
    for key, value in given.items():
        here = f"{path}[{key}]" if path else key
        if key not in fields:
            raise invalid(f"Received unknown parameter: {here}", here, "parameter_unknown")
        found[key] = _value(_meant(fields[key], record), value, here, record)
    for key in record.__required_keys__ - found.keys() - _OPTIONS:
        here = f"{path}[{key}]" if path else key
        raise invalid(f"Missing required param: {here}.", here, "parameter_missing")
    return found


def _meant(hint: Any, record: Any) -> Any:
    """A hint without forward references and marks."""
    while True:
        if isinstance(hint, (str, ForwardRef)):
            text = hint if isinstance(hint, str) else hint.__forward_arg__
            hint = eval(text, vars(sys.modules[record.__module__]))
        elif get_origin(hint) in (NotRequired, Required):
            hint = get_args(hint)[0]
        else:
            return hint


def _value(hint: Any, value: Any, path: str, record: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of([_meant(one, record) for one in inner], value, path, record)
    if origin is Literal:
        if value in inner:
            return value
        raise invalid(f"Invalid {path}: must be one of {', '.join(map(str, inner))}", path)
    if origin is list:
        places = sorted(value, key=lambda key: (len(key), key)) if isinstance(value, dict) else None
        if places is None or not all(key.isdigit() for key in places):
            raise invalid(f"Invalid array: {path}", path)
        element = _meant(inner[0], record)
        return [_value(element, value[key], f"{path}[{key}]", record) for key in places]
    if origin is dict:
        if not isinstance(value, dict):
            raise invalid(f"Invalid hash: {path}", path)
        return {key: _value(_meant(inner[1], record), one, f"{path}[{key}]", record) for key, one in value.items()}
    if is_typeddict(hint):
        return _record(hint, value, path)
    return _plain(hint, value, path)


def _one_of(hints: list[Any], value: Any, path: str, record: Any) -> Any:
    words = [one for one in hints if get_origin(one) is Literal and get_args(one) != ("",)]
    if words and str in hints:  # left open for values of tomorrow
        hints = [one for one in hints if one is not str]
    refusal: Fault | None = None
    for hint in hints:
        if "UntypedStripeObject" in str(hint):
            continue
        try:
            return _value(hint, value, path, record)
        except Fault as fault:
            refusal = fault
    assert refusal is not None, f"nothing to check {path} against"
    raise refusal


def _plain(hint: Any, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise invalid(f"Invalid {path}", path)
    if hint is str or hint is Any:
        return value
    if hint is bool and value in ("true", "false"):
        return value == "true"
    if hint is int and _WHOLE.fullmatch(value):
        return int(value)
    if hint in (Decimal, float):
        try:
            return hint(value)
        except (InvalidOperation, ValueError):
            pass
    raise invalid(f"Invalid {getattr(hint, '__name__', hint)}: {value}", path)


def known_types() -> list[Any]:
    """Every type of parameters that the client ships, for the test that the double can read them all."""
    names = [one.name for one in pkgutil.walk_packages(stripe.params.__path__, "stripe.params.")]
    modules = [importlib.import_module(name) for name in names if name.rpartition(".")[2].startswith("_")]
    return [record for module in modules for name, record in vars(module).items() if name.endswith("Params")]
