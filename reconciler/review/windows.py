"""Whether something may be applied now, by windows of time: a forbidden one wins over an allowed one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from cronsim import CronSim

from ..config.rules import Window


def closed(windows: Sequence[Window], now: datetime.datetime) -> str:
    """Why nothing may be applied at that moment; "" where it may."""
    for window in windows:
        if not window.allow and (end := open_until(window, now)) is not None:
            reason = f" ({window.reason})" if window.reason else ""
            return f"a window that forbids it is open until {shown(end)}{reason}"
    allowed = [w for w in windows if w.allow]
    if allowed and all(open_until(w, now) is None for w in allowed):
        soonest = min((s for w in allowed if (s := _next(w, now)) is not None), default=None)
        return f"no window is open; the next one opens at {shown(soonest)}" if soonest else "no window opens any more"
    return ""


def open_until(window: Window, now: datetime.datetime) -> datetime.datetime | None:
    """When the window that is open at that moment closes (it is [start, end)); None where it is not open."""
    last = datetime.timedelta(seconds=window.duration)
    starts = CronSim(window.cron, (now - last).astimezone(ZoneInfo(window.zone)))
    end = None
    for start in starts:
        if start > now:
            break
        end = start.astimezone(datetime.UTC) + last
    return end


def _next(window: Window, now: datetime.datetime) -> datetime.datetime | None:
    return next(CronSim(window.cron, now.astimezone(ZoneInfo(window.zone))), None)


def shown(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
