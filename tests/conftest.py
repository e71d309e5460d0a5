"""What all tests share: how many examples a property is tried with when the tests are run once a mutant."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutants",
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
