//! [`DecisionRecord`]: a record as it is written and read, `roamgate.decision/v1`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The member of a fact that was there, but was no value of its type: it counted as missing.
pub(crate) const MISFIT: &str = "misfit";

/// A decision on record. What is absent is `null`, and nothing is left out.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DecisionRecord {
    /// When it was decided: RFC 3339, in UTC.
    pub time: String,
    /// Names the decision.
    pub id: String,
    /// The `x-correlator` under which the aggregator was asked, if it was.
    pub correlator: String,
    /// The policy that decided.
    pub policy: String,
    /// Tells which requests belong to which class.
    pub routing: String,
    /// The request class: the most specific route. None where no route matched.
    pub route: Option<String>,
    /// What the request aimed at. None for a handler's question.
    pub request: Option<Aim>,
    /// Facts that were left to a handler: rules that ask for one said nothing.
    pub deferred: Vec<String>,
    /// What happened to the request.
    pub effect: String,
    /// The deciding rule.
    pub rule: Option<String>,
    /// Why the deciding rule was undecided.
    pub reason: Option<String>,
    /// The deciding rule asked for a step-up that the subject had made.
    pub satisfied: bool,
    /// What the effect would have been if every shadow rule were enforced.
    pub projected: Option<String>,
    /// Why the request was refused whatever the rules said.
    pub fault: Option<String>,
    /// The gate only observed: the request went on.
    pub observed: bool,
    /// The overrides without which some rule would have said something else, or might have.
    #[serde(default)]
    pub overrides: Vec<String>,
    /// What was known of the line. None where nobody asked.
    pub line: Option<LineSeen>,
    /// The free facts that the rules of the class ask for; `null` is a fact that was missing.
    pub facts: BTreeMap<String, Value>,
    /// What the record does not say although a rule asks for it.
    pub left_out: Vec<String>,
    /// Where the customer stands in rollouts: the rule and the place among all, `RULE 37`.
    pub rollouts: Vec<String>,
    /// How the subject authenticated.
    pub assurance: AssuranceSeen,
    /// Whom it was about, for those who hold the key.
    pub subject: Option<SubjectSeen>,
    /// The last two digits of the number it was about, where the log is told to keep them.
    #[serde(default)]
    pub digits: Option<String>,
}

/// What a request aimed at, without what its path says of anybody.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Aim {
    /// The method.
    pub method: String,
    /// The template that describes its path most closely. None where no route matched.
    pub template: Option<String>,
    /// It was a CORS preflight.
    pub preflight: bool,
}

/// What was known of a line.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LineSeen {
    /// `home`, `roaming` or `unknown`.
    pub status: String,
    /// The code of the visited network.
    pub mcc: Option<String>,
    /// The countries the line may have been in.
    pub countries: Vec<String>,
    /// Why it was unknown.
    pub reason: Option<String>,
    /// Where a limit of the policy made it unknown (`timeout`, `stale`): that limit.
    pub limit: Option<String>,
    /// How long ago the network had confirmed the status.
    pub age: Option<String>,
    /// How long ago it had been asked.
    pub asked: Option<String>,
    /// How long the request waited for the network. None where it did not.
    pub waited: Option<String>,
    /// Where it was unknown, or waited for: older than this, an answer would have been asked for again.
    pub fresh: Option<String>,
    /// … and so old a one would have decided instead, all the same, …
    pub believed: Option<String>,
    /// … if the network had confirmed it no longer ago than this. None: however long.
    pub confirmed: Option<String>,
}

/// How a subject authenticated.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssuranceSeen {
    /// The authentication context class.
    pub acr: Option<String>,
    /// When: RFC 3339, in UTC.
    pub auth_time: Option<String>,
}

/// A customer, for those who hold the key.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubjectSeen {
    /// Which key.
    pub key: String,
    /// HMAC-SHA-256 of the line, in hexadecimal digits.
    pub hmac: String,
}
