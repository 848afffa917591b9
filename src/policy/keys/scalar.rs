//! The scalars of a policy.

use serde_json::{Value, json};

use crate::country::{Country, GroupMember, GroupsEdition};
use crate::document::{Scalar, as_written, duration};
use crate::policy::fmt;
use crate::status::{ReasonGroup, UnknownReason};

/// A kebab-case DNS label.
pub(super) static LABEL: Scalar = Scalar {
    name: "label",
    schema: || {
        let advice = "use lower-case letters, digits and hyphens inside, at most 63";
        pattern("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", advice)
    },
    canonical: as_written,
};

/// A group of the author's own: two letters always mean a country.
pub(super) static GROUP_NAME: Scalar = Scalar {
    name: "groupName",
    schema: || {
        json!({
            "type": "string",
            "pattern": OWN_GROUP,
            "patternErrorMessage": "use lower-case letters, digits and hyphens inside, at least 3 and at most 63",
            "not": { "enum": groups().collect::<Vec<_>>() }
        })
    },
    canonical: as_written,
};

const OWN_GROUP: &str = "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$";

/// A country, a group, or a network code.
pub(super) static PLACE: Scalar =
    Scalar { name: "place", schema: place_schema, canonical: fmt::place };

fn place_schema() -> Value {
    let codes: Vec<_> = Country::all().map(Country::code).collect();
    let (groups, members): (Vec<_>, Vec<_>) = groups().map(|name| (name, members(name))).unzip();
    let advice = "a country is written \"DE\", a group eea, a network code \"mcc:901\"";
    json!({
        "type": "string",
        "description": "A country (ISO 3166-1 alpha-2, upper case, in quotes), a group of countries, or the code of a network (`\"mcc:901\"`).",
        "anyOf": [
            // A list of codes would fill the screen of whoever mistypes one.
            { "pattern": format!("^({})$", codes.join("|")), "patternErrorMessage": advice },
            { "enum": groups, "enumDescriptions": members },
            { "pattern": "^mcc:(?!000)[0-9]{3}$", "patternErrorMessage": advice },
            { "pattern": OWN_GROUP, "patternErrorMessage": advice, "not": { "enum": ["false"] } }
        ]
    })
}

/// The built-in groups of the newest edition.
fn groups() -> impl Iterator<Item = &'static str> {
    newest().names()
}

fn newest() -> GroupsEdition {
    GroupsEdition::all().last().unwrap_or(GroupsEdition::OLDEST)
}

fn members(group: &str) -> String {
    let written = |member| match member {
        GroupMember::Country(country) => country.to_string(),
        GroupMember::Mcc(code) => format!("mcc:{code}"),
    };
    let members: Vec<_> = newest().members(group).into_iter().flatten().map(written).collect();
    format!("{} (edition {})", members.join(" "), newest())
}

/// The date of an edition of the groups.
pub(super) static EDITION: Scalar = Scalar {
    name: "edition",
    schema: || json!({ "enum": GroupsEdition::all().map(GroupsEdition::date).collect::<Vec<_>>() }),
    canonical: as_written,
};

pub(super) static METHOD: Scalar = Scalar {
    name: "method",
    schema: || {
        let usual = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        let others = pattern("^[A-Z_-]+$", "methods are upper case: `POST`");
        json!({ "anyOf": [{ "enum": usual }, others] })
    },
    canonical: as_written,
};

pub(super) static PATH: Scalar = Scalar {
    name: "path",
    schema: || pattern("^/", "write it as the client sends it: `/v1/payments`"),
    canonical: as_written,
};

pub(super) static GRPC: Scalar = Scalar {
    name: "grpc",
    schema: || {
        let advice = "write `pkg.Service/Method`, or `pkg.Service/*` for all";
        pattern(r"^[A-Za-z0-9_.]+/(\*|[A-Za-z0-9_]+)$", advice)
    },
    canonical: as_written,
};

/// A route of a service.
pub(super) static SERVICE_ROUTE: Scalar = Scalar {
    name: "serviceRoute",
    schema: || {
        let advice = "write `POST /v1/payments`, or `grpc pkg.Service/Method`";
        pattern(r"^([A-Z_-]+ )?/|^grpc [A-Za-z0-9_.]+/(\*|[A-Za-z0-9_]+)$", advice)
    },
    canonical: as_written,
};

/// A context class travels in a quoted string of a header, separated by spaces.
pub(super) static ACR: Scalar = Scalar {
    name: "acr",
    schema: || {
        let advice = "write letters, digits and signs, without spaces, quotes and backslashes";
        pattern(r"^[!#-\[\]-~]+$", advice)
    },
    canonical: as_written,
};

/// What customers consent to.
pub(super) static PURPOSE: Scalar = Scalar {
    name: "purpose",
    schema: || {
        let advice = "write it without spaces, such as `dpv:FraudPreventionAndDetection`";
        pattern(r"^[!#-\[\]-~]+$", advice)
    },
    canonical: as_written,
};

/// The name of a fact.
pub(super) static FACT_NAME: Scalar = Scalar {
    name: "factName",
    schema: || {
        let part = "[A-Za-z][A-Za-z0-9_-]*";
        let advice = "use letters and digits with dots between: `request.amountEur`";
        pattern(&format!(r"^{part}(\.{part})*$"), advice)
    },
    canonical: as_written,
};

pub(super) static HEADER_NAME: Scalar = Scalar {
    name: "headerName",
    schema: || pattern("^[A-Za-z0-9_-]+$", "write a name such as `cf-ipcountry`"),
    canonical: as_written,
};

pub(super) static NUMBER: Scalar =
    Scalar { name: "number", schema: || json!({ "type": "number" }), canonical: as_written };

/// A part of a hundred.
pub(super) static PERCENT: Scalar = Scalar {
    name: "percent",
    schema: || json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
    canonical: as_written,
};

/// The same with its sign.
pub(super) static SHARE: Scalar = Scalar {
    name: "share",
    schema: || pattern("^0*([0-9]|[1-9][0-9]|100)%$", "write a whole number with its sign: `25%`"),
    canonical: as_written,
};

pub(super) static BOOLEAN: Scalar =
    Scalar { name: "boolean", schema: || json!({ "type": "boolean" }), canonical: as_written };

/// A text, or a place: which one, the type of the attribute says.
pub(super) static VALUE: Scalar =
    Scalar { name: "value", schema: || json!({ "type": "string" }), canonical: fmt::code };

/// A time of the day.
pub(super) static CLOCK: Scalar = Scalar {
    name: "clock",
    schema: || pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "write `06:00`, `23:30`"),
    canonical: as_written,
};

/// A date, or a moment of RFC 3339.
pub(super) static MOMENT: Scalar = Scalar {
    name: "moment",
    schema: || {
        let advice = "write 2027-04-30 or 2027-04-30T18:00:00Z";
        pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}.*)?$", advice)
    },
    canonical: as_written,
};

/// A moment of RFC 3339.
pub(super) static INSTANT: Scalar = Scalar {
    name: "instant",
    schema: || {
        let advice = "write it as RFC 3339 does: 2026-03-15T10:00:00Z";
        pattern(
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}.*(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$",
            advice,
        )
    },
    canonical: as_written,
};

/// Where a line is, as tests write it.
pub(super) static LINE_STATE: Scalar = Scalar {
    name: "lineState",
    schema: || {
        let reasons: Vec<_> = UnknownReason::line_reasons().map(UnknownReason::name).collect();
        let place = r"home(:[A-Z]{2})?|roaming(:[A-Z]{2}(,[A-Z]{2})*)?|mcc:(?!000)[0-9]{3}";
        let advice = "write home, roaming:BR, mcc:340 or unknown:timeout";
        pattern(&format!("^({place}|unknown:({}))$", reasons.join("|")), advice)
    },
    canonical: as_written,
};

/// A reason, or a group of reasons.
pub(super) static REASON: Scalar = Scalar {
    name: "reason",
    schema: || {
        let groups = ReasonGroup::ALL.iter().map(|group| (group.name(), members_of(*group)));
        let reasons = UnknownReason::ALL.iter();
        let reasons = reasons.map(|one| (one.name(), one.description().to_owned()));
        let (words, meanings): (Vec<_>, Vec<_>) = groups.chain(reasons).unzip();
        json!({ "enum": words, "enumDescriptions": meanings })
    },
    canonical: as_written,
};

/// What is meant by a group of reasons.
pub(super) fn members_of(group: ReasonGroup) -> String {
    let members = UnknownReason::ALL.iter().filter(|reason| reason.group() == group);
    let names: Vec<_> = members.map(|reason| format!("`{}`", reason.name())).collect();
    format!("The group of the reasons {}.", names.join(", "))
}

/// The value of a fact in a case.
pub(super) static SETTING: Scalar = Scalar {
    name: "setting",
    schema: || json!({ "type": ["string", "number", "boolean"] }),
    canonical: as_written,
};

/// A duration in whole seconds, at least one.
pub(super) static RETRY_AFTER: Scalar = Scalar {
    name: "retryAfter",
    schema: || {
        let advice = "`Retry-After` counts seconds: write `1s` or more";
        pattern("^0*[1-9][0-9]*(000ms|s|m|h|d)$", advice)
    },
    canonical: duration,
};

pub(super) static STEP_UP_STATUS: Scalar =
    Scalar { name: "stepUpStatus", schema: || status([401, 403]), canonical: as_written };

pub(super) static TRY_AGAIN_STATUS: Scalar =
    Scalar { name: "tryAgainStatus", schema: || status([503, 403]), canonical: as_written };

/// One of these numbers, in quotes if somebody likes.
fn status(fitting: [u16; 2]) -> Value {
    let [one, other] = fitting;
    json!({ "anyOf": [
        { "enum": fitting },
        { "type": "string", "pattern": format!("^({one}|{other})$") }
    ] })
}

fn pattern(pattern: &str, advice: &str) -> Value {
    json!({ "type": "string", "pattern": pattern, "patternErrorMessage": advice })
}
