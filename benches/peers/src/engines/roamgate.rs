//! roamgate: one policy file, read once.
//!
//! Two ways to ask. [`WholeRequest`] starts from method and path, as the gate does for every request.
//! [`KnownRoute`] starts from the class of the request, as the other engines start from a route
//! that a router has found for them.

use std::collections::BTreeMap;
use std::fmt::Write;

use roamgate::Policy;
use roamgate::policy::{Assurance, Effect, RequestClass, Target};

use super::Engine;
use crate::rules::{self, Asked, Rule, Side};

/// From method and path to the effect.
#[derive(Debug)]
pub struct WholeRequest(Policy);

/// From the class of the request to the effect.
#[derive(Debug)]
pub struct KnownRoute {
    policy: Policy,
    /// By the numbers of the routes.
    classes: Vec<RequestClass>,
}

/// The rules as a policy file, with a name for each list of countries.
#[must_use]
pub fn policy_text(rules: &[Rule]) -> String {
    let lists: Vec<_> = rules.iter().map(codes).collect();
    let (routes, groups) = (numbered(rules.iter().map(|rule| &*rule.path)), numbered(&lists));
    let mut text = String::from(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: peers, owner: bench@bank.example }\n\
         defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca], maxAge: 5m } }\n",
    );
    text.push_str("countryGroups:\n");
    groups.iter().for_each(|(codes, at)| writeln!(text, "  area-{at}: [{codes}]").unwrap());
    text.push_str("routes:\n");
    for (path, at) in &routes {
        writeln!(text, "  r{at}: [{{ method: POST, path: \"{path}\" }}]").unwrap();
    }
    text.push_str("rules:\n");
    for (at, (rule, codes)) in rules.iter().zip(&lists).enumerate() {
        let side = match rule.side {
            Side::Inside => "roamingIn",
            Side::Outside => "roamingOutside",
        };
        let [route, group] = [routes.get(&*rule.path), groups.get(&**codes)].map(Option::unwrap);
        let effect = rule.effect.name();
        writeln!(
            text,
            "  - {{ id: rule-{at}, match: {{ routes: [r{route}] }}, when: {{ line: {{ {side}: [area-{group}] }} }}, effect: {effect}, onUnknown: {effect} }}",
        )
        .unwrap();
    }
    text
}

fn codes(rule: &Rule) -> String {
    let codes: Vec<_> = rule.countries.iter().map(|it| format!("\"{it}\"")).collect();
    codes.join(", ")
}

/// The different ones among these texts, each with a number.
fn numbered<'a>(
    texts: impl IntoIterator<Item = &'a (impl AsRef<str> + ?Sized + 'a)>,
) -> BTreeMap<&'a str, usize> {
    let mut numbers = BTreeMap::new();
    for text in texts {
        let next = numbers.len();
        numbers.entry(text.as_ref()).or_insert(next);
    }
    numbers
}

fn policy(rules: &[Rule]) -> Policy {
    Policy::from_yaml("peers.yaml", &policy_text(rules)).unwrap()
}

fn class(policy: &Policy, path: &str) -> RequestClass {
    policy.classify(&Target::new("POST", path)).unwrap()
}

impl WholeRequest {
    /// Compiles the rules.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        Self(policy(rules))
    }
}

impl Engine<'_> for WholeRequest {
    fn effect(&mut self, asked: &Asked) -> Effect {
        let class = class(&self.0, &asked.path);
        self.0.decide(class, asked.line, &Assurance::NONE).effect
    }
}

impl KnownRoute {
    /// Compiles the rules, and finds the class of every route.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let policy = policy(rules);
        // One more, for requests that no rule concerns.
        let routes = 0..=rules::routes(rules.len());
        let classes = routes.map(|route| class(&policy, &rules::path(route))).collect();
        Self { policy, classes }
    }
}

impl Engine<'_> for KnownRoute {
    fn effect(&mut self, asked: &Asked) -> Effect {
        let class = *self.classes.get(asked.route).unwrap();
        self.policy.decide(class, asked.line, &Assurance::NONE).effect
    }
}
