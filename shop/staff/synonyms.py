"""Words that the search treats as the same, which staff keep."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.params import URLEncodedBody
from litestar.response import Response, Template

from shop.catalogue.synonym_repository import BETWEEN, SynonymRepository
from shop.catalogue.synonyms import MAX_GROUP, read_groups
from shop.errors import N_, InvalidInput
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import current, requires
from shop.staff.seen import check_seen, seen_next
from shop.staff_log.repository import StaffLogRepository
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/synonyms"


class SynonymForm(msgspec.Struct):
    words: str = ""
    seen: str = ""
    form_key: str = ""


class SynonymController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("catalogue")]

    @get()
    async def form(self, request: ShopRequest) -> Template:
        return await _page(request)

    @post(status_code=200)
    async def change(
        self, request: ShopRequest, data: URLEncodedBody[SynonymForm]
    ) -> Response[Any]:
        async def work() -> Result:
            groups, repository = read_groups(data.words), SynonymRepository()
            before = await repository.locked_lines()
            check_seen(data.seen, before)
            after = [BETWEEN.join(words) for words in groups]
            if before != after:
                await repository.replace(groups)
                await StaffLogRepository().record(
                    current(request).user.id,
                    "synonyms.change",
                    "synonyms",
                    before={"words": [line for line in before if line not in after]},
                    after={"words": [line for line in after if line not in before]},
                )
            return Result(PATH, [Sentence(N_("The words are saved."))])

        try:
            return await once(request, "catalogue", "synonyms", msgspec.structs.asdict(data), work)
        except InvalidInput as error:
            return await _page(request, data, error)


async def _page(
    request: AnyRequest, sent: SynonymForm | None = None, error: InvalidInput | None = None
) -> Template:
    stored = await SynonymRepository().lines()
    return await staff_page(
        request,
        "staff/synonyms.html",
        "synonyms",
        status=400 if error else 200,
        words=sent.words if sent else "\n".join(stored),
        seen=seen_next(error, sent.seen if sent else "", stored),
        most=MAX_GROUP,
        **problem_context(request, error),
    )
