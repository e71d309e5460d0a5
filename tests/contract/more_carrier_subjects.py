"""USPS, Canada Post and DHL Express for the contract test."""

from tests.builders import a_parcel
from tests.contract.carrier_subjects import TOO_HEAVY, TWO_PARCELS, Factory, over_stand_in
from tests.integration.carriers import canadapost_customers, test_dhl_express, usps_customers
from tests.stand_ins import canadapost, dhl_express, usps
from tests.stand_ins.dhl_express_rules import UNSERVED
from tests.stand_ins.oauth import Account


def _usps() -> Factory:
    def opens(account: Account) -> dict[str, str]:
        crid, mid, manifest = usps.IDS[account.number]
        told = {
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "account_number": account.number,
        }
        return told | {"CRID": crid, "MID": mid, "manifest_MID": manifest}

    gears, looms = usps.ACCOUNTS
    return over_stand_in(
        "usps",
        usps.Usps,
        opens(gears),
        accepted=usps_customers.a_request(parcels=TWO_PARCELS.parcels),
        refused=usps_customers.a_request(parcels=TOO_HEAVY.parcels),
        foreign_number="SBX0001",
        lacks={"books"},
        stranger=opens(looms),
        intruder=opens(gears) | {"client_secret": "wrong"},
    )


def _canada_post() -> Factory:
    def opens(account: Account) -> dict[str, str]:
        told = {"username": account.client_id, "password": account.client_secret, "customer_number": account.number}
        return told | {"contract_id": canadapost.CONTRACTS[account.number]}

    gears, looms = canadapost.ACCOUNTS
    heavy = (a_parcel(weight=TOO_HEAVY.parcels[0].weight),)
    return over_stand_in(
        "canadapost",
        canadapost.CanadaPost,
        opens(gears),
        accepted=canadapost_customers.a_request(parcels=TWO_PARCELS.parcels),
        refused=canadapost_customers.a_request(parcels=heavy),
        foreign_number="SBX0001",
        lacks={"books", "early_tracking"},
        stranger=opens(looms),
        intruder=opens(gears) | {"password": "wrong"},
    )


def _dhl_express() -> Factory:
    def opens(account: Account) -> dict[str, str]:
        told = {"username": account.client_id, "password": account.client_secret}
        return told | {"account_number": account.number}

    gears, looms = dhl_express.ACCOUNTS
    nowhere = test_dhl_express.munich(postal_code=UNSERVED)
    return over_stand_in(
        "dhl_express",
        dhl_express.DhlExpress,
        opens(gears),
        accepted=test_dhl_express.within_germany(parcels=(a_parcel(), a_parcel())),
        refused=test_dhl_express.within_germany(recipient=nowhere),
        foreign_number="SBX0001",
        lacks={"books", "voiding", "early_tracking"},  # it tracks shipments by the master's number alone
        stranger=opens(looms),
        intruder=opens(gears) | {"password": "wrong"},
    )


USPS, CANADA_POST, DHL_EXPRESS = _usps(), _canada_post(), _dhl_express()
