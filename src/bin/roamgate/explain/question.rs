//! What is asked: a request or a route, a line, facts.

use std::fmt;

use clap::Args;
use roamgate::Policy;
use roamgate::policy::{
    Attributes, FactValue, Hostile, LineStateError, RequestClass, Target, parse_line_state,
};
use roamgate::status::LineFacts;

use super::recorded;
use crate::exit::Failure;

/// The request: by itself, by its route, or by the decision that is on record.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Asked {
    /// A route of the policy.
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// A request: `POST /v1/payments`, or `GRPC pkg.Service/Method`.
    #[arg(long, value_name = "REQUEST", value_parser = Request::parse)]
    request: Option<Request>,
    /// A decision on record: its id, which clients are told as `instance`.
    #[arg(long, value_name = "ID", value_parser = recorded::parse_id, requires = "log")]
    pub(super) decision: Option<String>,
}

impl Asked {
    /// The class that is meant, or why the request has none.
    pub(super) fn class(&self, policy: &Policy) -> Result<Result<RequestClass, Hostile>, Failure> {
        match (&self.request, &self.route) {
            (Some(request), _) => Ok(policy.classify(&request.target())),
            (None, route) => policy
                .class_by_name(route.as_deref().unwrap_or_default())
                .map(Ok)
                .map_err(Failure::usage),
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.request, &self.route) {
            (Some(request), _) => f.write_str(&request.text),
            (None, route) => write!(f, "route {}", route.as_deref().unwrap_or_default()),
        }
    }
}

/// A request as it is written.
#[derive(Clone)]
pub(super) struct Request {
    text: String,
    method: String,
    path: String,
}

impl Request {
    fn parse(text: &str) -> Result<Self, String> {
        let form = "write `POST /v1/payments` or `GRPC pkg.Service/Method`";
        let (method, target) =
            text.split_once(' ').ok_or_else(|| format!("`{text}` is not a request; {form}"))?;
        if method.is_empty()
            || !method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
        {
            return Err(format!("`{method}` is not a method in upper case; {form}"));
        }
        let (method, path) = match (method, target.split_once('/')) {
            ("GRPC", Some((service, name))) if !service.is_empty() && !name.is_empty() => {
                ("POST", format!("/{target}"))
            }
            ("GRPC", _) => return Err(format!("`{target}` is not a gRPC method; {form}")),
            // A path that does not start with a slash is the policy's to judge.
            _ => (method, target.split_once('?').map_or(target, |(path, _)| path).to_owned()),
        };
        Ok(Self { text: text.to_owned(), method: method.to_owned(), path })
    }

    fn target(&self) -> Target<'_> {
        Target::new(&self.method, &self.path)
    }
}

/// A line state, and how it was written.
#[derive(Clone)]
pub(super) struct State {
    pub(super) text: String,
    pub(super) line: LineFacts,
}

impl State {
    pub(super) fn parse(text: &str) -> Result<Self, LineStateError> {
        Ok(Self { text: text.to_owned(), line: parse_line_state(text)? })
    }
}

/// A fact and its value as they are written.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: String,
}

impl Setting {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            None => Err(format!("`{text}` sets nothing; write `FACT=VALUE`")),
        }
    }
}

/// The facts that are set, as this policy understands them, and what the line state says of the
/// number.
pub(super) fn facts(
    state: &State,
    settings: &[Setting],
    policy: &Policy,
) -> Result<Attributes, Failure> {
    let mut facts = Attributes::new();
    let number = state.line.number_countries;
    if !number.is_empty() {
        facts = facts.set(NUMBER_COUNTRY, FactValue::Countries(number));
    }
    for Setting { name, value: written } in settings {
        if settings.iter().filter(|other| other.name == *name).count() > 1 {
            return Err(Failure::usage(format!(
                "`{name}` is set twice; keep one `--set {name}=…`"
            )));
        }
        let value = policy.parse_fact(name, written).map_err(Failure::usage)?;
        let is_other = value != Some(FactValue::Countries(number));
        if name == NUMBER_COUNTRY && !number.is_empty() && is_other {
            return Err(Failure::usage(format!(
                "`--line {}` and `--set {name}={written}` contradict each other; leave one out",
                state.text
            )));
        }
        if let Some(value) = value {
            facts = facts.set(name.as_str(), value);
        }
    }
    Ok(facts)
}

const NUMBER_COUNTRY: &str = "line.numberCountry";
