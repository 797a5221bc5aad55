"""Counters and histograms for `/metrics`; labels never carry anything about a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)

accepted = Counter("lotse_accepted_total", "Messages accepted", ["channel"], registry=REGISTRY)
applied = Counter("lotse_applied_total", "Messages applied", ["channel", "kind"], registry=REGISTRY)
failed = Counter("lotse_failed_total", "Messages that could not be applied", ["channel"], registry=REGISTRY)
decisions = Counter("lotse_decisions_total", "What free text was taken for", ["decision", "language"], registry=REGISTRY)
delivered = Counter("lotse_delivered_total", "Deliveries by outcome", ["channel", "outcome"], registry=REGISTRY)
answer_seconds = Histogram("lotse_answer_seconds", "From acceptance to hand-over to the channel", buckets=_SECONDS, registry=REGISTRY)
understand_seconds = Histogram("lotse_understand_seconds", "Time to understand a text", buckets=_SECONDS, registry=REGISTRY)
late_seconds = Histogram("lotse_late_seconds", "How late a reminder was said", ["channel"], buckets=_SECONDS, registry=REGISTRY)
pages = Gauge("lotse_pages", "Imported pages", ["municipality", "language"], registry=REGISTRY)
pages_age_seconds = Gauge(
    "lotse_pages_age_seconds", "Since pages were last fetched or found unchanged", ["municipality"], registry=REGISTRY
)
page_syncs = Counter("lotse_page_syncs_total", "Feeds of pages that were looked at", ["outcome"], registry=REGISTRY)
