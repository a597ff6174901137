"""Filter patterns, one by one: those of the user guide with what it says of them, and those that are none."""

import json
import random
import re

import pytest

from local_stack.logs.patterns import PatternError, parsed

BAD, UNAUTHORIZED = "[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST"
MISSING, INVALID = "[ERROR 419] MISSING ARGUMENTS", "[ERROR 420] INVALID ARGUMENTS"
ALL = [BAD, UNAUTHORIZED, MISSING, INVALID, "[INFO] REQUEST FAILED", "[SUCCESS 200] AUTHORIZED REQUEST"]


def matches(pattern, message):
    return parsed(pattern).match(message) is not None


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("", ALL),
        ("   ", ALL),
        ('" "', ALL),
        ("ERROR", ALL[:4]),
        ("error", []),
        ("ERROR ARGUMENTS", [MISSING, INVALID]),
        ("?ERROR ?ARGUMENTS", ALL[:4]),
        ("?ERROR ?ARGUMENTS REQUEST", [BAD, UNAUTHORIZED, ALL[4], ALL[5]]),
        ("?ERROR -BAD", ALL[1:]),
        ('?"BAD REQUEST" ?INVALID', [BAD, INVALID]),
        ('"BAD REQUEST"', [BAD]),
        ('"REQUEST BAD"', []),
        ("ERROR -ARGUMENTS", [BAD, UNAUTHORIZED]),
        ('-ERROR -"SUCCESS 200"', [ALL[4]]),
        ("%AUTHORIZED%", [UNAUTHORIZED, ALL[5]]),
        ("%^.ERROR 4[0-9]{2}%", ALL[:4]),
        (r"%\[(%", None),
        ("%ERROR 40[01]%", [BAD, UNAUTHORIZED]),
        (r"%\x5BINFO\x5D%", [ALL[4]]),
        ("%FAILED$|^.SUCC%", [ALL[4], ALL[5]]),
        ("%ERROR {1,}4%", ALL[:4]),
        (r"%\d\D\sB%", [BAD]),
        (r"%\d\wB%", []),
        (r"%\d\W\sB%", [BAD]),
    ],
)
def test_lines(pattern, expected):
    if expected is None:
        with pytest.raises(PatternError):
            parsed(pattern)
    else:
        assert [message for message in ALL if matches(pattern, message)] == expected


TRAIL = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "flag": True,
    "text": "true",
    "star": "Ev*ent",
    "quote": 'say "hi"',
    "cluster.name": "c",
    "n": 400,
    "f": 55.5,
    "whole": 3.0,
    "digits": "400",
    "a": {"b": {"c-d": "deep"}},
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{ $.eventType = UpdateTrail }", True),
        ("{$.eventType=UpdateTrail}", True),
        ('{ $.eventType = "updatetrail" }', False),
        ('{ $.eventType != "UpdateTrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ("{ $.sourceIPAddress != 111.111.* }", False),
        ('{ $.eventType = "*Trail" }', True),
        ('{ $.eventType = "*dateTr*" }', True),
        ('{ $.eventType = "*" }', True),
        ('{ $.eventType = "Up*Trail" }', False),
        ('{ $.star = "Ev*ent" }', True),
        (r'{ $.quote = "say \"hi\"" }', True),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[9] = "value" }', False),
        ('{ $.eventType[0] = "U" }', False),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.eventType = %Trail% }", True),
        ("{ $.eventType != %Trail% }", False),
        ("{ $.arrayKey[*] = %val.{2}% }", True),
        (r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }", True),
        ("{ $.objectList[*].id = 2 }", True),
        ("{ $.objectList[*].id = 3 }", False),
        ("{ $.['cluster.name'] = \"c\" }", True),
        ("{ $['cluster.name'] = c }", True),
        ("{ $.a.b.c-d = deep }", True),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.eventType IS NULL }", False),
        ("{ $.absent IS NULL }", False),
        ("{ $.absent NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.flag IS TRUE }", True),
        ("{ $.flag IS FALSE }", False),
        ("{ $.text IS TRUE }", False),
        ("{ $.flag = true }", False),
        ("{ $.text = true }", True),
        # What points to an array or an object, or nowhere, is not compared.
        ("{ $.arrayKey = 1 }", False),
        ("{ $.arrayKey != 1 }", False),
        ("{ $.absent != 1 }", False),
        ("{ $.n >= 400 }", True),
        ("{ $.n > 400 }", False),
        ("{ $.n < +1e3 }", True),
        ("{ $.n != 500 }", True),
        ("{ $.n = 4* }", True),
        ('{ $.n = "400" }', True),
        ("{ $.n = 4e2 }", True),
        ("{ $.digits = 400 }", True),
        ("{ $.digits > 300 }", False),
        ("{ $.f <= 55.5 }", True),
        ("{ $.whole = 3 }", True),
        ('{ $.whole = "3" }', True),
        ("{ $.coordinates[1][2] = 6 }", True),
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "no" }',
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "no" }',
            False,
        ),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        ('{ $.a.b.c-d = "deep" && ($.n > 3 || $.s != "y*") }', True),
    ],
)
def test_json(pattern, expected):
    assert matches(pattern, json.dumps(TRAIL)) is expected


@pytest.mark.parametrize(
    "message", ["eventType=UpdateTrail", "", "[]", "{", '"x"', 'INFO {"eventType": "UpdateTrail"}']
)
def test_what_is_no_json_object_matches_no_json_pattern(message):
    assert not matches("{ $.eventType = * || $.a NOT EXISTS }", message)


ACCESS = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
LINES = [
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
]
_ALL_FIELDS = {
    "$ip": "127.0.0.1",
    "$user": "Prod",
    "$username": "frank",
    "$timestamp": "10/Oct/2000:13:25:15 -0700",
    "$request": "GET /index.html HTTP/1.0",
    "$status_code": "404",
    "$bytes": "1534",
}


@pytest.mark.parametrize(
    "pattern, extracted",
    [
        (r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", _ALL_FIELDS),
        (
            "[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]",
            _ALL_FIELDS,
        ),
        ("[ip, user, username, timestamp, request, status_code = 4* && bytes > 1000, bytes]", None),
        ("[ip, user, username, timestamp, request, status_code = 4*, bytes > 1534]", None),
        ("[ip, user, username, timestamp, request, status_code = 4*, bytes >= 1534]", _ALL_FIELDS),
        ('[ip, user, username, timestamp, request = "GET /index.html HTTP/1.0", status_code, bytes]', _ALL_FIELDS),
        ("[ip, user, username, timestamp, request, status_code = 4* && status_code != 404, bytes]", None),
        (
            "[..., request=*.html*, status_code=4*,]",
            {
                "$1": "127.0.0.1",
                "$2": "Prod",
                "$3": "frank",
                "$4": "10/Oct/2000:13:25:15 -0700",
                "$request": "GET /index.html HTTP/1.0",
                "$status_code": "404",
                "$7": "1534",
            },
        ),
        ("[ip, ...]", {"$ip": "127.0.0.1", **{f"${n}": v for n, v in enumerate(list(_ALL_FIELDS.values())[1:], 2)}}),
        ("[ip, user, ..., bytes = 99]", None),
        ("[a, b, c, d, e, f, g, h]", None),
        ("[a, ..., b, c, d, e, f, g, h]", None),
        ("[ip, rest = x]", None),
    ],
)
def test_fields(pattern, extracted):
    assert parsed(pattern).match(ACCESS) == extracted


@pytest.mark.parametrize(
    "pattern, expected",
    [
        ("[w1=ERROR, w2]", [3]),
        ("[w1=ERROR || w1=WARNING, w2]", [2, 3]),
        ("[w1!=ERROR && w1!=WARNING, w2]", [0, 1]),
        ("[(w1=ERROR || w1=INFO) && w1!=ERROR, w2]", [0, 1]),
        ("[w1=ERROR]", []),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", [0]),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]", [1]),
        ("[..., response_time>1250]", [1]),
    ],
)
def test_words_in_order(pattern, expected):
    assert [at for at, line in enumerate(LINES) if matches(pattern, line)] == expected


def test_tabs_divide_words_too():
    report = "REPORT RequestId: abc\tDuration: 95.78 ms\tBilled Duration: 96 ms\n"
    assert parsed("[kind=REPORT, label, id, d, ms > 90, unit, ...]").match(report)["$ms"] == "95.78"


@pytest.mark.parametrize(
    "pattern, words",
    [
        ("{ $.a = 1", "If a filter pattern starts with '{' it must end with '}'"),
        ("[a, b", "If a filter pattern starts with '[' it must end with ']'"),
        ("{", "must end with"),
        ("foo-bar", "Invalid character(s) in term 'foo-bar'"),
        ("a ?b:c", "Invalid character(s) in term 'b:c'"),
        ("-", "Invalid"),
        ('"unended', "Invalid"),
        ('a"b"', "Invalid"),
        ("%abc", "Invalid"),
        ("%%", "Invalid"),
        ("%something!%", "Invalid"),
        ("%(ab)+%", "Invalid"),
        ("%caf\u00e9%", "Invalid"),
        (r"%\p%", "Invalid"),
        ("%a{3,%", "Invalid"),
        ("%a{x}%", "Invalid"),
        ("%[ab%", "Invalid"),
        ("%ab]%", "Invalid"),
        ("%*a%", "Invalid"),
        ("%a*?%", "Invalid"),
        ("%a*+%", "Invalid"),
        ("{}", "Invalid"),
        ("{ $.a }", "Invalid"),
        ("{ $.a = }", "Invalid"),
        ("{ a = 1 }", "Invalid"),
        ("{ $a = 1 }", "Invalid"),
        ("{ $[0] = 1 }", "Invalid"),
        ("{ $.a IS 5 }", "Invalid"),
        ("{ $.a IS NOT NULL }", "Invalid"),
        ("{ $.a EXISTS }", "Invalid"),
        ("{ $.a NOT NULL }", "Invalid"),
        ("{ $.a > abc }", "Invalid"),
        ("{ $.a > %1% }", "Invalid"),
        ("{ $.a = b@c }", "Invalid character(s) in term 'b@c'"),
        ("{ $.a = 1 && }", "Invalid"),
        ("{ ($.a = 1 }", "Invalid"),
        ("{ $.a = 1 $.b = 2 }", "Invalid"),
        ("{ $.*[*] = 1 }", "Invalid"),
        ("{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }", "Invalid"),
        ("{ $.a = %x% || $.b = %y% || $.c = %z% }", "Invalid"),
        ("[a=%x%, b=%y%, c=%z%]", "Invalid"),
        ("[..., a, ...]", "Invalid"),
        ("[a b, c]", "Invalid"),
        ("[=5, c]", "Invalid"),
        ("[a = , c]", "Invalid"),
        ("[a = b@c, d]", "Invalid character(s) in term 'b@c'"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern, words):
    with pytest.raises(PatternError, match=re.escape(words)):
        parsed(pattern)


_PIECES = [
    *"{}[]$.*\"\\%=()? -,^+|\t\n'é",
    "a",
    "b1",
    "!=",
    "&&",
    "||",
    ">=",
    "IS",
    "NULL",
    "NOT",
    "EXISTS",
    "1e3",
    "...",
    "[*]",
]


def test_any_text_is_a_pattern_or_is_refused():
    for seed in range(20_000):
        choose = random.Random(seed)
        text = "".join(choose.choice(_PIECES) for _ in range(choose.randrange(1, 14)))
        before, after = (("", ""), ("{ $.a", "}"), ("[", "]"), ("%", "%"))[seed % 4]
        try:
            pattern = parsed(before + text + after)
        except PatternError:
            continue
        for message in ("", '{"a": 1, "b1": {"a": "x"}}', 'a b "c d" [e f] 1', '{"a": [1', "é"):
            assert isinstance(pattern.match(message), (dict, type(None)))
