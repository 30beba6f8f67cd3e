import pytest

from atd_gateway.domain.attendants import (
    InvalidValue,
    LastAdministrator,
    ManagedFields,
    NotManaged,
    changed_fields,
    check_password,
    checked_email,
    checked_name,
)
from atd_gateway.domain.devices import device_of


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  Ana Souza ", "Ana Souza"),
        ("Zoe\u0301", "Zoé"),
        ("王小明", "王小明"),
        ("Ana 👩🏽‍💻", "Ana 👩🏽‍💻"),
        ("دانيال", "دانيال"),
        ("O'Neill & Söhne", "O'Neill & Söhne"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_name_is_what_people_write(given, stored):
    assert checked_name(given) == stored


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "\u200d", "\u3164\u3164", "\u2800", "\u0301"),
        *("A\nna", "A\tna", "Ana\x00", "Ana\x7f", "A\u2028na", "Ana\ue000"),
        *("Ana\u202eazuoS", "\u2066Ana\u2069", "Ana\u200f", "A\u200bna", "\ufeffAna", "A\u00adna", "Ana\U000e0041"),
        "x" * 81,
    ],
)
def test_a_name_that_hides_something_or_says_nothing_is_refused(text):
    with pytest.raises(InvalidValue):
        checked_name(text)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (" Ana@Example.COM ", "ana@example.com"),
        ("\uff41na@example.com", "ana@example.com"),
        ("ana+desk@localhost", "ana+desk@localhost"),
        ("joão@exemplo.com.br", "joão@exemplo.com.br"),
        ("a'b@x.com", "a'b@x.com"),
    ],
)
def test_an_email_is_stored_in_one_form(given, stored):
    assert checked_email(given) == stored


@pytest.mark.parametrize(
    "text",
    [
        *("", "ana", "@x.com", "ana@", "a@b@c", "a b@x.com", "a@x .com", "Ana <a@x.com>", "a@x.com,b@x.com", "a@x/y"),
        *("a\n@x.com", "a\u200b@x.com", "a\u202e@x.com", "a\x00@x.com"),
        *("x" * 65 + "@x.com", "a@" + "x" * 253),
    ],
)
def test_what_is_no_email_is_refused(text):
    with pytest.raises(InvalidValue):
        checked_email(text)


@pytest.mark.parametrize("password", ["ninechars", "aaaaaaaaaaaaaaaa", "abababababab", "ANA.souza@example.com"])
def test_a_password_that_is_quickly_guessed_is_refused(password):
    with pytest.raises(InvalidValue):
        check_password(password, "ana.souza@example.com")


@pytest.mark.parametrize("password", ["ten chars!", "correct horse battery staple", "senha-comprida", "ééééé-12345"])
def test_a_long_password_is_accepted_whatever_it_is_made_of(password):
    check_password(password, "ana@example.com")


ADMIN = ManagedFields("Ana", "admin", True)


@pytest.mark.parametrize("changes", [{"role": "attendant"}, {"active": False}, {"role": "supervisor", "active": False}])
def test_the_last_administrator_stays(changes):
    with pytest.raises(LastAdministrator):
        changed_fields(ADMIN, changes, other_admins=0)
    assert changed_fields(ADMIN, changes, other_admins=1) != ADMIN


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        (ADMIN, {"name": "Bia"}),
        (ADMIN, {"role": "admin", "active": True}),
        (ManagedFields("Ana", "attendant", True), {"active": False}),
        (ManagedFields("Ana", "admin", False), {"role": "attendant"}),
    ],
)
def test_changes_that_leave_the_administrators_as_they_are_need_no_other_one(before, changes):
    after = changed_fields(before, changes, other_admins=0)
    assert {name: getattr(after, name) for name in changes} == changes


@pytest.mark.parametrize("role", ["bot", "operator", "of a later version"])
def test_only_the_roles_that_administrators_give_are_theirs_to_change(role):
    with pytest.raises(NotManaged):
        changed_fields(ManagedFields("X", role, True), {"active": False}, other_admins=1)


_MOZILLA = "Mozilla/5.0"
_KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (f"{_MOZILLA} (X11; Linux x86_64) {_KHTML} Chrome/131.0.0.0 Safari/537.36", "Chrome · Linux"),
        (
            f"{_MOZILLA} (Windows NT 10.0; Win64; x64) {_KHTML} Chrome/131.0.0.0 Safari/537.36 Edg/131.0",
            "Edge · Windows",
        ),
        (f"{_MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari · macOS"),
        (f"{_MOZILLA} (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox · macOS"),
        (f"{_MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) CriOS/131.0 Mobile Safari/604.1", "Chrome · iPhone"),
        (f"{_MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari · iPhone"),
        (
            f"{_MOZILLA} (Linux; Android 14; SM-S921B) SamsungBrowser/26.0 Chrome/122.0 Safari",
            "Samsung Internet · Android",
        ),
        (f"{_MOZILLA} (X11; CrOS x86_64 14541.0.0) {_KHTML} Chrome/131.0.0.0 Safari/537.36", "Chrome · ChromeOS"),
        (f"{_MOZILLA} (X11; Linux x86_64) {_KHTML} Chrome/130.0 Safari/537.36 OPR/115.0", "Opera · Linux"),
        ("python-httpx/0.28.1", ""),
        ("", ""),
        ("x" * 100_000 + " Firefox/1 Linux", ""),
    ],
)
def test_a_device_is_named_by_its_browser_and_system(user_agent, device):
    assert device_of(user_agent) == device
