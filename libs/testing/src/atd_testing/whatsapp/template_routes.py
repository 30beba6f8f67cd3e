"""Control routes of message templates: look at a business account's catalogue, change it, report the change."""

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from atd_testing.whatsapp import kinds
from atd_testing.whatsapp.state import FakeState
from atd_testing.whatsapp.templates import Template, TemplateStatus
from atd_testing.whatsapp.webhooks import WhatsAppWebhooks


class ChangedTemplate(BaseModel):
    """A template to put into a business account's catalogue; `notify` reports its status by webhook."""

    business_account_id: str
    template: Template
    notify: bool = True


class TemplateStatusChange(BaseModel):
    """Another status for a template; `notify` reports it by webhook."""

    status: TemplateStatus
    reason: str | None = None
    notify: bool = True


def add_templates(router: APIRouter, state: FakeState, webhooks: WhatsAppWebhooks) -> None:
    """`GET` and `PUT /templates`, `PATCH /templates/{business_account_id}/{name}/{language}`."""

    def report(business_account_id: str, template: Template, reason: str | None) -> None:
        value = kinds.template_status(template.id, template.name, template.language, template.status, reason)
        for number in state.numbers_of(business_account_id)[:1]:
            webhooks.sender.enqueue(number, kinds.field_change(number, "message_template_status_update", value))

    @router.get("/templates/{business_account_id}")
    async def list_templates(business_account_id: str) -> list[Template]:
        """The catalogue of a business account."""
        return state.catalogue(business_account_id)

    @router.put("/templates")
    async def put_template(changed: ChangedTemplate) -> Template:
        """Add a template, or replace the one of the same name and language."""
        template, catalogue = changed.template, state.catalogue(changed.business_account_id)
        names = (template.name, template.language)
        catalogue[:] = [one for one in catalogue if (one.name, one.language) != names] + [template]
        if changed.notify:
            report(changed.business_account_id, template, template.rejected_reason)
        return template

    @router.patch("/templates/{business_account_id}/{name}/{language}")
    async def set_status(business_account_id: str, name: str, language: str, change: TemplateStatusChange) -> Template:
        """Give a template another status."""
        for template in state.catalogue(business_account_id):
            if (template.name, template.language) == (name, language):
                template.status, template.rejected_reason = change.status, change.reason
                if change.notify:
                    report(business_account_id, template, change.reason)
                return template
        raise HTTPException(404, "template not found")
