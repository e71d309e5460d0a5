"""Settings: read once, checked at once, each fault named by its setting."""

from dataclasses import FrozenInstanceError

import pytest

from chalicelib.config import LOG_LEVELS, Settings, SettingsError

LOCAL = {
    "TABLE_PREFIX": "dray-local-",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "DYNAMODB_ENDPOINT": "http://127.0.0.1:8001",
    "LABEL_FOLDER": "/data/labels",
    "KEY_FILE": "/data/key",
}
LAMBDA = {"TABLE_PREFIX": "dray-prod-", "AWS_REGION": "us-east-1", "LABEL_BUCKET": "labels", "KMS_KEY_ID": "alias/dray"}


def test_one_machines_settings_have_defaults_for_the_rest() -> None:
    settings = Settings.read(LOCAL)

    assert (settings.table_prefix, settings.region) == ("dray-local-", "eu-central-1")
    assert (settings.dynamodb_endpoint, settings.label_folder, settings.key_file) == (
        "http://127.0.0.1:8001",
        "/data/labels",
        "/data/key",
    )
    assert (settings.label_bucket, settings.kms_key_id, settings.public_url) == (None, None, None)
    assert (settings.self_hosted_limit_per_minute, settings.label_link_days, settings.log_level) == (100, 7, "INFO")


def test_lambdas_own_region_comes_first() -> None:
    settings = Settings.read(LAMBDA | {"AWS_DEFAULT_REGION": "eu-central-1"})

    assert (settings.region, settings.dynamodb_endpoint) == ("us-east-1", None)
    assert (settings.label_bucket, settings.kms_key_id) == ("labels", "alias/dray")


@pytest.mark.parametrize("name", ["TABLE_PREFIX", "AWS_DEFAULT_REGION"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_setting_is_named(name: str, value: str | None) -> None:
    environment = {key: text for key, text in (LOCAL | {name: value or ""}).items() if value is not None or key != name}

    with pytest.raises(SettingsError, match=name):
        Settings.read(environment)


@pytest.mark.parametrize("name", ["SELF_HOSTED_LIMIT_PER_MINUTE", "LABEL_LINK_DAYS", "RATE_DEADLINE_SECONDS"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "ten", " 5", "1e3", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_number_must_be_whole_and_above_zero(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read(LOCAL | {name: value})


def test_numbers_are_read() -> None:
    settings = Settings.read(LOCAL | {"SELF_HOSTED_LIMIT_PER_MINUTE": "6000", "LABEL_LINK_DAYS": "1"})

    assert (settings.self_hosted_limit_per_minute, settings.label_link_days) == (6000, 1)


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("LABEL_BUCKET", LOCAL | {"LABEL_BUCKET": "labels"}),
        ("LABEL_FOLDER", LOCAL | {"LABEL_FOLDER": ""}),
        ("KMS_KEY_ID", LOCAL | {"KMS_KEY_ID": "alias/dray"}),
        ("KEY_FILE", LAMBDA | {"KMS_KEY_ID": ""}),
    ],
)
def test_where_labels_and_keys_are_kept_is_told_exactly_once(name: str, environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.read(environment)


def test_a_log_level_is_known_in_any_case() -> None:
    assert {Settings.read(LOCAL | {"LOG_LEVEL": level.lower()}).log_level for level in LOG_LEVELS} == set(LOG_LEVELS)

    with pytest.raises(SettingsError, match="LOG_LEVEL"):
        Settings.read(LOCAL | {"LOG_LEVEL": "loud"})


@pytest.mark.parametrize("name", ["ALLOW_SERVER_URL", "ALLOW_PRIVATE_ADDRESSES"])
def test_what_is_dangerous_is_off_until_it_is_switched_on(name: str) -> None:
    field = name.lower()

    assert getattr(Settings.read(LOCAL), field) is False
    assert getattr(Settings.read(LOCAL | {name: ""}), field) is False
    assert getattr(Settings.read(LOCAL | {name: "False"}), field) is False
    assert getattr(Settings.read(LOCAL | {name: "true"}), field) is True
    for text in ("1", "yes", "on", " true"):
        with pytest.raises(SettingsError, match=name):
            Settings.read(LOCAL | {name: text})


@pytest.mark.parametrize(
    ("text", "carriers"),
    [("", None), ("ups", ("ups",)), (" ups, fedex ,ups", ("ups", "fedex")), ("sandbox", ("sandbox",))],
)
def test_a_stage_may_choose_its_carriers(text: str, carriers: tuple[str, ...] | None) -> None:
    assert Settings.read(LOCAL | {"CARRIERS": text}).carriers == carriers
    assert Settings.read(LOCAL).carriers is None


@pytest.mark.parametrize("text", ["ups,", ",", "ups fedex", "UPS", "ups;fedex"])
def test_what_is_no_list_of_carriers_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="CARRIERS"):
        Settings.read(LOCAL | {"CARRIERS": text})


@pytest.mark.parametrize("name", ["DYNAMODB_ENDPOINT", "PUBLIC_URL"])
@pytest.mark.parametrize("text", ["nonsense", "127.0.0.1:8001", "ftp://api.example.com", "https://"])
def test_an_address_that_is_none_is_told_by_name(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"the setting {name} must be an address"):
        Settings.read(LOCAL | {name: text})


@pytest.mark.parametrize("url", ["https://api.example.com", "https://api.example.com/", "https://api.example.com//"])
def test_links_never_get_two_slashes(url: str) -> None:
    assert Settings.read(LOCAL | {"PUBLIC_URL": url}).public_url == "https://api.example.com"


def test_settings_do_not_change() -> None:
    settings = Settings.read(LOCAL)

    with pytest.raises(FrozenInstanceError):
        settings.region = "x"  # type: ignore[misc]


def test_without_an_environment_the_processs_own_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in LAMBDA.items():
        monkeypatch.setenv(name, value)
    for name in ("LABEL_FOLDER", "KEY_FILE"):
        monkeypatch.delenv(name, raising=False)

    assert Settings.read().table_prefix == "dray-prod-"


def test_carriers_get_eight_seconds_to_quote_and_never_more_than_the_gateway_waits() -> None:
    given = [Settings.read(LOCAL | more).rate_deadline_seconds for more in ({}, {"RATE_DEADLINE_SECONDS": "25"})]

    assert given == [8, 25]
    with pytest.raises(SettingsError, match="RATE_DEADLINE_SECONDS must be a whole number from 1 to 25"):
        Settings.read(LOCAL | {"RATE_DEADLINE_SECONDS": "26"})


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        ("https://shop.example.com", ("https://shop.example.com",)),
        (" HTTPS://Shop.Example.com , http://localhost:3000,", ("https://shop.example.com", "http://localhost:3000")),
        ("http://[::1]:8080", ("http://[::1]:8080",)),
    ],
)
def test_origins_are_read_as_browsers_send_them(text: str, origins: tuple[str, ...]) -> None:
    assert Settings.read(LOCAL | {"CORS_ORIGINS": text}).cors_origins == origins


@pytest.mark.parametrize(
    "text",
    ["*", "shop.example.com", "https://shop.example.com/", "https://*.example.com", "null", "https://a.b,ftp://c"],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        Settings.read(LOCAL | {"CORS_ORIGINS": text})
