"""One model of a server: of which system it is, its versions and what became of them, and what the metrics of its runs mean."""

from collections.abc import Mapping, Sequence

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.mlflow.actions import keeping
from registry.mlflow.forms import LinkForm, MetricForm, link_shown
from registry.mlflow.models import MlflowLink, MlflowModel
from registry.mlflow.pages.shared import pages
from registry.mlflow.queries import seen
from registry.mlflow.queries import servers as queries
from registry.mlflow.rules.asking import model_page, version_page
from registry.mlflow.rules.readings import Wanted
from registry.monitoring.rules.batches import Known
from registry.objectives import queries as objectives
from registry.objectives.models import SuccessMetric
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

_UNKNOWN = "There is no such system. Give its id, such as AI-0042."


@pages.get("/mlflow/models/<int:number>")
@needs(Permission.MLFLOW_MANAGE)
def model(number: int) -> ResponseReturnValue:
    found = seen.model_by_id(session(), number)
    return _page(found, LinkForm(formdata=None, data=link_shown(found.system_id)))


def _page(found: MlflowModel, form: Form) -> Response:
    number = found.id or 0
    server = queries.server_by_id(session(), found.server_id)
    metrics = objectives.metrics_of(session(), found.system_id) if found.system_id else []
    means = seen.mapped(session(), {number})[number]
    wanted = Wanted(
        {each.slug: Known(each.id or 0, objectives.metric_facts(each)) for each in metrics}, means
    )
    system = systems.by_numbers(session(), actor(), {found.system_id}) if found.system_id else {}
    return shown(
        "mlflow/model.html",
        form,
        model=found,
        server=server,
        system=system.get(found.system_id or 0),
        link=seen.link_of(session(), number),
        versions=seen.versions_of(session(), number),
        names=[
            (name, why, wanted.slug_of(name), _choice(name, metrics, means), place)
            for place, (name, why) in enumerate(sorted(found.metrics.items()))
        ],
        page=model_page(server.url, found.name),
        page_of=lambda number: version_page(server.url, found.name, number),
        button_form=Form(formdata=None),
    )


def _choice(name: str, metrics: Sequence[SuccessMetric], means: Mapping[str, str]) -> MetricForm:
    chosen = next((each.id for each in metrics if each.slug == means.get(name)), None)
    form = MetricForm(formdata=None, data={"name": name, "metric": chosen})
    form.metric.offer({each.id or 0: f"{each.name} ({each.slug})" for each in metrics})
    return form


@pages.post("/mlflow/models/<int:number>/link")
@needs(Permission.MLFLOW_MANAGE)
def link(number: int) -> ResponseReturnValue:
    found, form = seen.model_by_id(session(), number, lock=True), LinkForm()
    kept = form.carried_out(lambda: keeping.link_model(session(), actor(), found, _system(form)))
    return (
        _page(found, form)
        if kept is None
        else _back(number, "Linked. Its versions are added by the next sync.")
    )


def _system(form: LinkForm) -> System:
    try:
        return systems.by_key(session(), actor(), form.system.data or "")
    except NotFound:
        raise RuleBroken([Problem("system", _UNKNOWN)]) from None


@pages.post("/mlflow/models/<int:number>/unlink")
@needs(Permission.MLFLOW_MANAGE)
def unlink(number: int) -> ResponseReturnValue:
    found = seen.model_by_id(session(), number, lock=True)
    keeping.unlink_model(session(), actor(), found, _link(number))
    return _back(number, "Taken back. What it brought stays where it is.")


def _link(number: int) -> MlflowLink:
    found = seen.link_of(session(), number)
    if found is None:
        raise NotFound
    return found


@pages.post("/mlflow/models/<int:number>/metrics")
@needs(Permission.MLFLOW_MANAGE)
def metrics(number: int) -> ResponseReturnValue:
    found, form = seen.model_by_id(session(), number, lock=True), MetricForm()
    offered = objectives.metrics_of(session(), found.system_id) if found.system_id else []
    form.metric.offer({each.id or 0: each.name for each in offered})
    if not form.validate():
        raise RuleBroken([Problem("metric", "Choose a metric of the model's system.")])
    chosen = next((each for each in offered if each.id == form.metric.data), None)
    keeping.map_metric(session(), actor(), found, form.name.data or "", chosen)
    return _back(number, "Kept. The next sync reads it so.")


def _back(number: int, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for(".model", number=number), 303)
