"""The desk as one application for `/desk`: its routes, its guard, and what people see when something goes wrong.

Routers declare their paths without `/desk` (`@router.post("/cases/{case}/claim")`); links and redirects name it. A new page is one
module with `router = APIRouter()` and a line in `ROUTERS`.
"""

import asyncio

from fastapi import Depends, FastAPI

from desk import (
    account,
    articles,
    articles_checks,
    articles_edit,
    articles_history,
    articles_new,
    articles_questions,
    articles_try,
    audit,
    calendar,
    case,
    case_actions,
    courses,
    courses_demand,
    courses_edit,
    courses_history,
    courses_import,
    courses_providers,
    inbox,
    invited,
    live,
    persons,
    phrases,
    retention,
    second_factor,
    settings,
    sign_in,
    statics,
    team,
    wishes,
    wishes_verdicts,
)
from desk.articles_checks import Checked
from desk.courses_rows import Catalogues
from desk.failures import handle_failures
from desk.guard import guard
from desk.limits import Attempts
from desk.pages import load_look
from desk.parts import Parts

FILES_AT_ONCE = 2  # each may take some hundred megabytes of memory while it is read

ROUTERS = (
    sign_in.router,
    invited.router,
    account.router,
    second_factor.router,
    statics.router,
    inbox.router,
    case.router,
    case_actions.router,
    live.router,
    calendar.router,
    settings.router,
    team.router,
    phrases.router,
    audit.router,
    retention.router,
    persons.router,
    courses.router,
    courses_import.router,
    courses_history.router,
    courses_providers.router,
    courses_demand.router,
    wishes.router,
    wishes_verdicts.router,
    courses_edit.router,  # after the others about courses: its addresses hold any word
    articles.router,
    articles_new.router,
    articles_try.router,
    articles_checks.router,
    articles_edit.router,
    articles_history.router,
    articles_questions.router,
)


def create(parts: Parts) -> FastAPI:
    """The application to be mounted at `/desk`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(guard)])
    app.state.parts, app.state.look, app.state.attempts = parts, load_look(), Attempts()
    app.state.catalogues, app.state.reading = Catalogues(), asyncio.Semaphore(FILES_AT_ONCE)
    app.state.checked = Checked()
    for router in ROUTERS:
        app.include_router(router)
    handle_failures(app)
    return app
