//! What to do where an aggregator refuses.

use roamgate::camara::{Exchange, Message};

/// One sentence for whoever wrote the aggregator file.
pub(super) fn of(exchange: &Exchange) -> Option<String> {
    let Some(response) = exchange.response() else {
        return exchange.failure().and_then(of_failure).map(str::to_owned);
    };
    let (status, code) = (response.status(), response.code());
    let hint = match exchange.endpoint() {
        _ if status == 200 && !is_json(response.message()) => Some(NO_JSON),
        _ if status < 300 && code.is_none() => None,
        _ if (300..400).contains(&status) => Some(REDIRECT),
        "roaming" => of_roaming(status, code),
        "discovery" => Some(METADATA),
        _ if code == Some("invalid_client") && is_signed(exchange) => Some(ASSERTION),
        _ => code.and_then(|code| of_authorization(code, grant(exchange))),
    };
    let hint = hint.or_else(|| of_status(status))?;
    Some(hint.to_owned())
}

fn is_json(message: &Message) -> bool {
    let mut headers = message.headers();
    headers.any(|(name, value)| name == "content-type" && value.contains("json"))
}

/// Did an assertion say who we are?
fn is_signed(exchange: &Exchange) -> bool {
    exchange.request().body().any(|line| line.contains("assertion=‹jwt"))
}

fn grant(exchange: &Exchange) -> &str {
    let mut parameters = exchange.request().body();
    let grant = parameters.find_map(|line| line.strip_prefix("grant_type="));
    grant.map_or("", |grant| grant.rsplit(':').next().unwrap_or_default())
}

fn of_failure(failure: &str) -> Option<&'static str> {
    let known = FAILURES.iter().find(|(part, _)| failure.contains(part))?;
    Some(known.1)
}

fn of_authorization(code: &str, grant: &str) -> Option<&'static str> {
    if code == "invalid_grant" {
        return match grant {
            "ciba" => Some(
                "the authorization is unknown to the server, was used before, or has expired; ask again",
            ),
            "jwt-bearer" => Some(
                "the server does not take the assertion: its key, `audience` or `subject` is not what it expects, \
                 or the customer has not consented",
            ),
            "refresh_token" => {
                Some("the refresh token is worth nothing any more; the customer is asked again")
            }
            _ => Some(
                "the code is unknown, was used before, or belongs to another `redirectUri`; let the \
                 customer sign in again",
            ),
        };
    }
    let known = AUTHORIZATION.iter().find(|(known, _)| *known == code)?;
    Some(known.1)
}

fn of_roaming(status: u16, code: Option<&str>) -> Option<&'static str> {
    let by_code = code.and_then(|code| ROAMING.iter().find(|(known, _)| *known == code));
    match (by_code, status) {
        (Some((_, hint)), _) => Some(hint),
        (None, 400) => Some(
            "the endpoint does not understand the body above; `api: { dialect }` says which version it is in",
        ),
        (None, 401) => Some(
            "the endpoint does not accept the token; is it for this API (`scope`), and of the same \
             environment (`baseUrl`, `endpoints`)?",
        ),
        (None, 403) => Some(
            "a gateway refuses the client, not the line; is the API part of the client's subscription?",
        ),
        (None, 404 | 405 | 410) => Some(
            "no such path, or (up to version 0.5, which cannot tell) no such line; if every line gets this, \
             `baseUrl`, `api: { dialect }` or `api: { path }` is wrong",
        ),
        _ => None,
    }
}

fn of_status(status: u16) -> Option<&'static str> {
    match status {
        400 | 404 | 405 | 415 => Some(
            "compare the address and the parameters above with the provider's documentation: `baseUrl`, `endpoints`, \
             `scopeParameter`",
        ),
        401 | 403 => Some(
            "the server does not accept the client; check `client.id`, `client.authentication` and `headers`",
        ),
        429 => Some("the provider limits requests, and is left alone until its `retry-after`"),
        501 => Some("the provider does not have this API; choose another `api: { dialect }`"),
        500..=599 => Some("the provider fails; give it the `x-correlator` above"),
        _ => None,
    }
}

const REDIRECT: &str =
    "redirects are never followed; write the address that answers itself into the file";
const NO_JSON: &str = "not the endpoint answers but a page, perhaps of a gateway or a login; check `baseUrl` and \
     `endpoints`, and whether something stands between";
const ASSERTION: &str = "the server does not take the assertion above; is the public key registered under this `iss` \
     and `kid`, and does it expect another `aud` (`audience: issuer`)?";
const METADATA: &str =
    "the issuer has no metadata there; check `discovery: { issuer }`, or name the `endpoints`";

/// By a part of the failure's text.
const FAILURES: [(&str, &str); 7] = [
    (
        "certificate is not trusted",
        "if the provider has an authority of its own, name it with `tls: { ca: { file } }`",
    ),
    (
        "certificate is for another name",
        "the host in `baseUrl` or `endpoints` is not the one that answers",
    ),
    (
        "certificate",
        "the provider has to replace its certificate; verification cannot be turned off",
    ),
    ("connection refused", "nobody listens there; check host and port in `baseUrl` or `endpoints`"),
    (
        "could not be reached",
        "check the host in `baseUrl` or `endpoints`, and whether this machine may reach it",
    ),
    (
        "did not answer in time",
        "the provider is slow; `timeouts: { attempt }` says how long it is waited for",
    ),
    ("given up", "the lookup took longer than `timeouts: { total }`"),
];

const AUTHORIZATION: [(&str, &str); 15] = [
    (
        "invalid_client",
        "the server does not know `client.id`, or its secret or key is another one; some gateways want the \
         secret with `encoding: raw`",
    ),
    (
        "invalid_scope",
        "the server does not grant this scope to the client; compare `scope`, letter by letter, with \
         what the provider lists for the client",
    ),
    (
        "unauthorized_client",
        "the client may not use this grant; have it enabled by the provider, or choose another `grant`",
    ),
    ("unsupported_grant_type", "the server does not have this grant; choose another `grant`"),
    (
        "invalid_request",
        "a parameter is missing, doubled or malformed; compare those above with the provider's documentation: \
         `loginHint`, `scopeParameter`, `extra`",
    ),
    (
        "unknown_user_id",
        "the server knows no such customer; if it should, it may expect another `loginHint`: `tel:{e164}`, \
         `phone_number:{e164}`, `{e164}`",
    ),
    (
        "expired_login_hint_token",
        "the server expects another kind of login hint; check `loginHint`",
    ),
    (
        "access_denied",
        "the customer or the operator said no; asked again, the customer may say yes",
    ),
    (
        "authorization_pending",
        "the customer was asked and has not answered; `--wait SECONDS` waits",
    ),
    ("slow_down", "the customer was asked and has not answered; `--wait SECONDS` waits"),
    ("expired_token", "the customer did not answer in time; look the line up again to ask again"),
    ("server_error", "the provider fails; give it the `x-correlator` above"),
    ("temporarily_unavailable", "the provider is overloaded or under maintenance; try later"),
    (
        "missing_user_code",
        "the server wants a code of the customer, which roamgate does not ask for",
    ),
    ("invalid_dpop_proof", "the server binds tokens to keys (DPoP), which roamgate does not do"),
];

const ROAMING: [(&str, &str); 17] = [
    (
        "UNNECESSARY_IDENTIFIER",
        "the token names the line already, and the body must not name it again; choose a newer \
         `api: { dialect }`, or a grant whose tokens are the client's own",
    ),
    (
        "MISSING_IDENTIFIER",
        "the token names no line and neither does the body; the server takes the grant for the client's own",
    ),
    (
        "UNIDENTIFIABLE_DEVICE",
        "the token names no line and neither does the body; the server takes the grant for the client's own",
    ),
    (
        "INVALID_TOKEN_CONTEXT",
        "the token speaks for another line than the body; the provider mixed them up, or `loginHint` is wrong",
    ),
    (
        "IDENTIFIER_MISMATCH",
        "the identifiers of the request belong to different lines; tell the provider, only one is sent",
    ),
    ("UNSUPPORTED_IDENTIFIER", "the provider does not look up lines by this kind of identifier"),
    ("SERVICE_NOT_APPLICABLE", "the operator of this line does not offer the service"),
    ("DEVICE_NOT_APPLICABLE", "the operator of this line does not offer the service"),
    ("IDENTIFIER_NOT_FOUND", "the provider does not know this line"),
    ("DEVICE_NOT_FOUND", "the provider does not know this line"),
    (
        "PERMISSION_DENIED",
        "the customer has not consented, or the token's scope does not cover this API; check `scope`",
    ),
    (
        "FORBIDDEN",
        "the customer has not consented, or the token's scope does not cover this API; check `scope`",
    ),
    ("QUOTA_EXCEEDED", "the quota of the client is used up; the provider can raise it"),
    ("UNABLE_TO_PROVIDE_ROAMING_STATUS", "the network cannot say at the moment; try later"),
    (
        "UNSUPPORTED_MEDIA_TYPE",
        "the endpoint does not take JSON; it is hardly the roaming endpoint",
    ),
    (
        "INVALID_ARGUMENT",
        "the endpoint does not understand the body above; `api: { dialect }` says which version it is in",
    ),
    (
        "INVALID_INPUT",
        "the endpoint does not understand the body above; `api: { dialect }` says which version it is in",
    ),
];
