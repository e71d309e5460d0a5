"""Jobs: what every Lambda that a schedule starts needs, for `app.py` and its middleware are not loaded there."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING, Any

from chalicelib import logs
from chalicelib.domain.deadlines import Deadline
from chalicelib.wiring import services

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import CloudWatchEvent

    Work = Callable[[Deadline], Any]

LEFT_TO_SAY_SO_S = 2.0
"""Of its time a job leaves so much to end in order and to log."""


def job(work: Work) -> Callable[[CloudWatchEvent], dict[str, Any]]:
    """Return a schedule's handler that does `work` until the Lambda's time is up, logged.

    An error is logged and raised: Lambda counts it, and starts the job again.
    """

    @functools.wraps(work)
    def run(event: CloudWatchEvent) -> dict[str, Any]:
        context: Any = event.context
        logs.configure(services().settings.log_level)
        logs.start_request(job=work.__name__, request_id=context.aws_request_id)
        left_s = context.get_remaining_time_in_millis() / 1000 - LEFT_TO_SAY_SO_S
        try:
            return dict(vars(work(Deadline.after(left_s, time.monotonic))))
        except Exception:
            logs.logger().exception("job_failed")
            raise

    return run
