"""Strict JSON: undocumented parameters and fields, and wrong types, are errors, not ignored."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import msgspec
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg, QueryParameter
from litestar.response import Response

from shop.errors import N_, FieldError, InvalidInput
from shop.web.i18n import LANGUAGES, PARAMETER, Language
from shop.web.options import answer_options
from shop.web.request import AnyRequest

JSON = re.compile(r"application/json|[\w.+-]+/[\w.+-]+\+json", re.ASCII | re.IGNORECASE)
WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
BOM = b"\xef\xbb\xbf"
UNKNOWN_FIELD = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
PLACE = re.compile(r" - at `\$\.?(?P<place>.*)`$", re.DOTALL)

UNREADABLE = N_("The request could not be read.")
UNKNOWN = N_("There is no field or parameter with this name.")
UNFIT = N_("This value is not valid.")
REPEATED = N_("This was sent more than once.")

# What every endpoint takes, beside its own.
PARAMETERS: dict[str, ParameterKwarg] = {
    PARAMETER: QueryParameter(
        annotation=Language, required=False, description="The language of texts."
    )
}


class RequestBody(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON of a request. Its fields are all there is."""


async def refuse_inexact(request: AnyRequest) -> Response[Any] | None:
    """For `before_request` of JSON endpoints: after their guards, so that 401 comes first.

    Raises InvalidInput, which names the parameter or field, or HTTPException 415.
    """
    handler = request.route_handler
    if request.method == "OPTIONS" or not isinstance(handler, HTTPRouteHandler):
        return await answer_options(request)
    types = _parameters_of(handler)
    refuse_parameters(request, types)
    _refuse_values(request, types)
    if body := await request.body():
        refuse_other_media(request)
        field = handler.parsed_data_field
        read_json(body, field.annotation if field else RequestBody)
    return None


def refuse_parameters(request: AnyRequest, known: Collection[str]) -> None:
    """Raises InvalidInput for each that is not `known`, or comes twice."""
    times = Counter(name for name, _ in request.query_params.multi_items())
    wrong = [FieldError(name or "query", UNKNOWN) for name in times if name not in known]
    wrong += [FieldError(name, REPEATED) for name in times if name in known and times[name] > 1]
    if wrong:
        raise InvalidInput(*wrong)


def _refuse_values(request: AnyRequest, types: Mapping[str, Any]) -> None:
    """What Litestar lets pass: to it 1.0 and 1e1 are whole numbers, and it reads no language."""
    wrong = [
        FieldError(name, UNFIT)
        for name, text in request.query_params.multi_items()
        if (types[name] is int and not WHOLE.fullmatch(text))
        or (name == PARAMETER and text not in LANGUAGES)
    ]
    if wrong:
        raise InvalidInput(*wrong)


@cache
def _parameters_of(handler: HTTPRouteHandler) -> Mapping[str, Any]:
    """The type of each query parameter, by name."""
    fields = handler.parsed_fn_signature.parameters.items()
    kinds = [(name, field.annotation, field.kwarg_definition) for name, field in fields]
    return {name: parameter.annotation for name, parameter in PARAMETERS.items()} | {
        kind.name or name: annotation
        for name, annotation, kind in kinds
        if isinstance(kind, QueryParameter)
    }


def refuse_other_media(request: AnyRequest) -> None:
    """Raises HTTPException 415 unless the body says that it is JSON, and is not compressed."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(status_code=415, headers={"accept-encoding": "identity"})
    types = request.headers.getall("content-type", [])
    if len(types) != 1 or not JSON.fullmatch(types[0].partition(";")[0].strip()):
        raise HTTPException(status_code=415, headers={"accept": "application/json"})


def read_json(body: bytes, kind: Any) -> Any:
    """`body` as `kind`, whose types must be those of the JSON. Raises InvalidInput.

    RFC 8259 lets a reader refuse a byte order mark (8.1), and names that repeat (4).
    """
    if body.startswith(BOM):
        raise InvalidInput(
            FieldError("body", N_("Please send the text without a byte order mark (BOM)."))
        )
    try:
        json.loads(body.decode(), object_pairs_hook=_without_repeats)
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise InvalidInput(_field_error(str(error))) from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise InvalidInput(FieldError("body", UNREADABLE)) from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises InvalidInput, and UnicodeEncodeError for a name that no response can repeat."""
    names = dict(pairs)
    if len(names) < len(pairs):
        "".join(names).encode()  # JSON can escape half a character
        times = Counter(name for name, _ in pairs)
        raise InvalidInput(
            *(FieldError(name or "body", REPEATED) for name in names if times[name] > 1)
        )
    return names


def _field_error(message: str) -> FieldError:
    """msgspec's own words, which are all that names the field, in ours."""
    found = PLACE.search(message)
    place, said = (found["place"], message[: found.start()]) if found else ("", message)
    if unknown := UNKNOWN_FIELD.fullmatch(said):
        return FieldError(f"{place}.{unknown['name']}".strip(".") or "body", UNKNOWN)
    return FieldError(place or "body", UNFIT)
