//! roamgate: one policy file, read once.
//!
//! Two ways to ask. [`WholeRequest`] starts from method and path, as the gate does for every request.
//! [`KnownRoute`] starts from the class of the request, as the other engines start from a route
//! that a router has found for them.

use std::collections::HashMap;
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

/// The rules as a policy file.
#[must_use]
pub fn policy_text(rules: &[Rule]) -> String {
    let mut text = String::from(
        "apiVersion: roamgate/v1\nkind: RoamingPolicy\nmetadata: { name: peers, owner: bench@bank.example }\n\
         defaults: { unmatchedRoute: allow, onUnknown: deny, stepUp: { acrValues: [sca], maxAge: 5m } }\nroutes:\n",
    );
    let mut names: HashMap<&str, usize> = HashMap::new();
    for rule in rules {
        let next = names.len();
        if *names.entry(&rule.path).or_insert(next) == next {
            writeln!(text, "  r{next}: [{{ method: POST, path: \"{}\" }}]", rule.path).unwrap();
        }
    }
    text.push_str("rules:\n");
    for (at, rule) in rules.iter().enumerate() {
        let side = match rule.side {
            Side::Inside => "roamingIn",
            Side::Outside => "roamingOutside",
        };
        let route = names.get(rule.path.as_str()).unwrap();
        let effect = rule.effect.name();
        let codes: Vec<_> = rule.countries.iter().map(|it| format!("\"{it}\"")).collect();
        writeln!(
            text,
            "  - {{ id: rule-{at}, match: {{ routes: [r{route}] }}, when: {{ line: {{ {side}: [{}] }} }}, effect: {effect}, onUnknown: {effect} }}",
            codes.join(", ")
        )
        .unwrap();
    }
    text
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
