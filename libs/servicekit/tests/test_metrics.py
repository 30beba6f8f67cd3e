"""Metrics of the kit and of those who use it, in one registry per process."""

from dataclasses import dataclass

import pytest
from prometheus_client import Counter, Gauge, Histogram

from atd_servicekit.metrics import METRICS, Metric, Metrics


@dataclass(frozen=True, slots=True)
class ToyMetrics:
    toys_made: Counter
    toys_waiting: Gauge
    toy_seconds: Histogram


TOY_METRICS = (
    Metric("toys_made", "counter", "Toys made", "toys", ("kind",)),
    Metric("toys_waiting", "gauge", "Toys that wait for their wheels", "toys"),
    Metric("toy_seconds", "histogram", "Time to make a toy", "seconds", (), (1, 2)),
)


def test_every_metric_of_the_kit_is_an_attribute() -> None:
    metrics = Metrics()
    assert set(Metrics.__annotations__) == {metric.name for metric in METRICS}
    assert all(hasattr(metrics, metric.name) for metric in METRICS)


def test_a_service_declares_its_own_metrics_in_the_same_registry() -> None:
    metrics = Metrics()
    toys = metrics.declare(ToyMetrics, TOY_METRICS)
    toys.toys_made.labels("car").inc()
    toys.toys_waiting.set(3)
    toys.toy_seconds.observe(1.5)
    text = metrics.render().decode()
    assert 'atd_toys_made_total{kind="car"} 1.0' in text
    assert "# HELP atd_toys_waiting Toys that wait for their wheels (toys)" in text
    assert 'atd_toy_seconds_bucket{le="2.0"} 1.0' in text
    assert "atd_records_handled" in text


def test_two_processes_in_one_test_do_not_share_metrics() -> None:
    first, second = (Metrics().declare(ToyMetrics, TOY_METRICS) for _ in range(2))
    first.toys_waiting.set(1)
    assert first.toys_waiting is not second.toys_waiting


def test_a_list_that_does_not_fit_its_fields_is_refused() -> None:
    with pytest.raises(TypeError):
        Metrics().declare(ToyMetrics, TOY_METRICS[:2])
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        Metrics().declare(dict, [Metric("http_requests", "counter", "Again", "requests")])
