"""Secrets stay out of everything that is printed, logged or written.

`masked` is for a URL that we show; `scrubbed` is for text that somebody else made (a driver's error, a traceback).
Knows the process's secrets once `remember` was told; knows no environment and no console.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote, unquote_plus

MASK: Final = "***"

_SECRET_KEYS: Final = r"(?:\w*password\w*|passwd|pwd|passfile|\w*secret\w*|\w*token\w*|sslkey|ssl_key)"
_QUERY: Final = re.compile(rf"(?i)(?<=[?&;])({_SECRET_KEYS})=([^&;#\s]*)")
_KEYWORD: Final = re.compile(r"(?i)\b(password|sslpassword|passfile)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s'&;]+)")
_URL: Final = re.compile(r"(?i)\b[a-z][a-z0-9+.\-]{0,40}://[^\s\"'<>`]+")
_SHORTEST: Final = 4
_remembered: set[str] = set()


def masked(url: str) -> str:
    """The URL or libpq keyword string with its passwords masked, wherever they stand."""
    start, end = _password_span(url)
    if end > start:
        url = url[:start] + MASK + url[end:]
    url = _QUERY.sub(rf"\1={MASK}", url)
    return url if "://" in url else _KEYWORD.sub(rf"\1\2{MASK}", url)


def passwords(url: str) -> set[str]:
    """Every password of a URL or keyword string, as written and as it is after percent-decoding."""
    start, end = _password_span(url)
    found = {url[start:end]} | {match[2] for match in _QUERY.finditer(url)}
    if "://" not in url:
        found |= {match[3].strip("'") for match in _KEYWORD.finditer(url)}
    found |= {unquote(text) for text in found} | {unquote_plus(text) for text in found}
    return {text for text in found if text}


def remember(*secrets: str) -> None:
    """From now on these texts are scrubbed, also as JSON and Python spell them.

    Too short ones cannot be told from ordinary text and are left out.
    """
    long = [text for text in secrets if len(text) >= _SHORTEST]
    _remembered.update(long, (json.dumps(text)[1:-1] for text in long), (repr(text)[1:-1] for text in long))


def remember_url(url: str) -> None:
    """Remembers the passwords of a URL, but not one that says the same as the user's name."""
    remember(*(passwords(url) - {_user(url)}))


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets; one that reads like a word is only taken where it stands alone."""
    for secret in sorted(secrets, key=lambda s: (-len(s), s)):
        if secret not in text:
            continue
        if secret.isalpha() and len(secret) < 12:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, text)
        else:
            text = text.replace(secret, MASK)
    return text


def scrubbed(text: str) -> str:
    """The text without any remembered secret and without the password of any URL in it."""
    text = _URL.sub(lambda match: masked(match[0]), text) if "://" in text else text
    text = _KEYWORD.sub(rf"\1\2{MASK}", text) if "pass" in text.lower() and "://" not in text else text
    return scrub(text, _remembered)


def forget() -> None:
    """Forgets every secret: for tests."""
    _remembered.clear()


def _user(url: str) -> str:
    start, _ = _password_span(url)
    return unquote(url[url.find("://") + 3 : start - 1]) if start else ""


def _password_span(url: str) -> tuple[int, int]:
    """Where the authority's password stands: from the first colon to the last `@` that can end it; (0, 0): nowhere."""
    begin = url.find("://") + 3
    if begin < 3:
        return 0, 0
    edges = [i for i in (url.find(c, begin) for c in "/?#") if i >= 0]
    query = url.find("?", begin)
    for limit in (min(edges, default=len(url)), query if query >= 0 else len(url), len(url)):
        at = url.rfind("@", begin, limit)
        colon = url.find(":", begin, at) if at > 0 else -1
        if colon >= 0:
            return colon + 1, at
    return 0, 0
