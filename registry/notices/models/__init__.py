"""Notices and letters; webhooks and what was sent to them."""

from registry.notices.models.hooks import Delivery, DeliveryAttempt, HookHealth, Webhook
from registry.notices.models.notices import Mailing, Notice, NoticeChoice

__all__ = ["Delivery", "DeliveryAttempt", "HookHealth", "Mailing", "Notice", "NoticeChoice", "Webhook"]
