"""Any carrier: gives a token to whoever asks, in the forms that carriers give one, and is down for everything else."""

from tests.stand_ins.server import Received, Reply, StandIn, json_reply

TOKENS = r".*(token|Token|authenticate|LoginService)\b.*"
"""Paths at which carriers give tokens."""

LONG = "2100-01-01T00:00:00.000"

DPD_LOGIN = f"""<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<login:getAuthResponse xmlns:login="http://dpd.com/common/service/types/LoginService/2.1"><return>
<delisId>gears</delisId><authToken>t0ken</authToken><depot>0530</depot><authTokenExpires>{LONG}</authTokenExpires>
</return></login:getAuthResponse></soap:Body></soap:Envelope>"""


class AnyCarrier(StandIn):
    """Down, but for its tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.route("POST", TOKENS, self._token)
        self.route("POST", ".*/payment-authorization", lambda _: json_reply({"paymentAuthorizationToken": "p"}))

    @property
    def calls(self) -> list[Received]:
        """What was asked beside tokens."""
        return [one for one in self.requests if self.routed(one)[0] == self.unknown]

    def unknown(self, _received: Received) -> Reply:
        """Be down."""
        return json_reply({"error": "down for maintenance"}, 503)

    def _token(self, received: Received) -> Reply:
        if "LoginService" in received.path:
            return Reply(200, DPD_LOGIN.encode(), "text/xml")
        names = ("access_token", "accessToken", "token", "id_token")
        lives = {"expires_in": 3600, "expiresIn": 3600, "expires": 3600}
        return json_reply(dict.fromkeys(names, "t0ken") | lives)
